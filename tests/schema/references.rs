//! Human references: without a gap, whatever fails on the way.

use std::collections::BTreeSet;

use sqlx::PgPool;

use crate::support::database::TestDatabase;

async fn take(pool: PgPool, keep: bool) -> Option<i32> {
    let mut tx = pool.begin().await.expect("begin");
    let number: i32 =
        sqlx::query_scalar("select next_reference('EL', 2026)").fetch_one(&mut *tx).await.expect("a number");
    // Others queue behind the counter meanwhile.
    tokio::time::sleep(std::time::Duration::from_millis(2)).await;
    if keep {
        tx.commit().await.expect("commit");
        Some(number)
    } else {
        tx.rollback().await.expect("roll back");
        None
    }
}

#[tokio::test]
async fn fifty_at_once_of_which_some_fail_leave_no_gap() {
    let database = TestDatabase::create().await;
    let takers: Vec<_> = (0..50).map(|at| tokio::spawn(take(database.pool().clone(), at % 3 != 0))).collect();
    let mut kept = BTreeSet::new();
    for taker in takers {
        if let Some(number) = taker.await.expect("a taker") {
            assert!(kept.insert(number), "{number} was given twice");
        }
    }
    assert_eq!(kept.len(), 33);
    assert_eq!(kept, (1..=33).collect());
}

#[tokio::test]
async fn each_kind_and_year_counts_by_itself_and_blocks_are_whole() {
    let database = TestDatabase::create().await;
    let next = async |call: &'static str| -> i32 {
        sqlx::query_scalar(call).fetch_one(database.pool()).await.expect("a number")
    };
    assert_eq!(next("select next_reference('EL', 2026)").await, 1);
    assert_eq!(next("select next_reference('EL', 2027)").await, 1);
    assert_eq!(next("select next_reference('ML', 2026)").await, 1);
    assert_eq!(next("select next_reference('EL', 2026, 100)").await, 2);
    assert_eq!(next("select next_reference('EL', 2026)").await, 102);
}
