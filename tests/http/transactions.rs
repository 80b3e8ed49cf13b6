//! A transaction that is given up while it begins leaves nothing behind on its connection.

use std::future::Future as _;
use std::task::{Context, Waker};

use export_license_registry::db::{self, Behalf, Isolation};

use crate::support::database::TestDatabase;

#[tokio::test]
async fn a_transaction_given_up_while_it_begins_is_ended() {
    let database = TestDatabase::create().await;
    let pool = db::pool(database.connect_options(), 1);
    let mut given_up = 0;
    // Given up a little later each time, so that every point of the way is met.
    for polls in 1..24 {
        drop(pool.begin(Behalf::Office, Isolation::Records).await.unwrap());
        let mut beginning = Box::pin(pool.begin(Behalf::Public, Isolation::Reads));
        let mut begun = false;
        for _ in 0..polls {
            begun = beginning.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready();
            if begun {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_micros(200)).await;
        }
        given_up += usize::from(!begun);
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
    }
    // How many depends on how long the waits are on this machine; the first, after one look, always is.
    assert!(given_up > 0, "some were given up on the way");
}
