//! A transaction that is given up while it begins leaves nothing behind on its connection.

use std::future::Future as _;
use std::task::{Context, Waker};

use export_license_registry::db::{self, Behalf, Isolation};

use crate::support::database::TestDatabase;

#[tokio::test]
async fn a_transaction_given_up_while_it_begins_is_ended() {
    let database = TestDatabase::create().await;
    let pool = db::pool(database.connect_options(), 1);
    // Given up a little later each time, so that every point of the way is met. On a busy machine the answers come in while
    // this thread is not running: then it is tried more often.
    let (mut rounds, mut cut) = (0, 0);
    for polls in (1..24).cycle().take(2_000) {
        rounds += 1;
        drop(pool.begin(Behalf::Office, Isolation::Records).await.unwrap());
        let mut beginning = Box::pin(pool.begin(Behalf::Public, Isolation::Reads));
        for _ in 0..polls {
            if beginning.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready() {
                break;
            }
            cut += 1;
            tokio::time::sleep(std::time::Duration::from_micros(200)).await;
        }
        drop(beginning);
        let mut next = pool.begin(Behalf::Office, Isolation::Decides).await.unwrap();
        let stands: (String, String, String) = sqlx::query_as(
            "select current_setting('transaction_isolation'), current_setting('transaction_read_only'), current_user::text",
        )
        .fetch_one(&mut *next)
        .await
        .unwrap();
        let as_asked = ("serializable".to_owned(), "off".to_owned(), "registry_office".to_owned());
        assert_eq!(stands, as_asked, "given up after {polls}");
        next.commit().await.unwrap();
        if rounds >= 23 && cut > rounds + 1 {
            break;
        }
    }
    assert!(cut > rounds + 1, "some were given up on the way");
}
