//! Readers at a fixed rate: verifications by anyone and licenses by id, whatever else the service does.
//!
//! A request that is late because the one before it was slow is timed from when it was due, so that a stall is felt by
//! all who wait in it.

use std::cell::Cell;
use std::net::SocketAddr;
use std::time::Duration;

use anyhow::ensure;
use futures_util::future::try_join_all;
use rand::RngExt as _;
use tokio::time::{Instant, sleep_until};

use crate::common::data::{license_id, reference};
use crate::common::load::{Client, request};

/// How many connections the readers share.
const CONNECTIONS: u32 = 4;

/// Who reads, what and how often.
pub(crate) struct Readers<'r> {
    pub(crate) address: SocketAddr,
    pub(crate) token: &'r str,
    pub(crate) licenses: i64,
    /// Requests a second, half of each kind.
    pub(crate) rate: u32,
}

/// How long the answers took.
#[derive(Default)]
pub(crate) struct Latencies {
    pub(crate) verifications: Vec<Duration>,
    pub(crate) licenses: Vec<Duration>,
}

impl Readers<'_> {
    /// Reads until the work is done.
    pub(crate) async fn beside<T>(
        &self,
        work: impl Future<Output = anyhow::Result<T>>,
    ) -> anyhow::Result<(T, Latencies)> {
        let stop = Cell::new(false);
        let work = async {
            let done = work.await;
            stop.set(true);
            done
        };
        let readers = try_join_all((0..CONNECTIONS).map(|number| self.read(number, &stop)));
        let (done, read) = tokio::join!(work, readers);
        let mut all = Latencies::default();
        for one in read? {
            all.verifications.extend(one.verifications);
            all.licenses.extend(one.licenses);
        }
        Ok((done?, all))
    }

    async fn read(&self, number: u32, stop: &Cell<bool>) -> anyhow::Result<Latencies> {
        let mut client = Client::connect(self.address).await?;
        let between = Duration::from_secs(1) / self.rate * CONNECTIONS;
        let mut due = Instant::now() + between / CONNECTIONS * number;
        let mut latencies = Latencies::default();
        let mut verifies = number.is_multiple_of(2);
        while !stop.get() {
            let late = Instant::now() > due;
            sleep_until(due).await;
            let begun = if late { due } else { Instant::now() };
            let key = rand::rng().random_range(1..=self.licenses);
            let read = if verifies {
                request("GET", &format!("/v1/public/license-verifications/{}", reference(key)), None, None)
            } else {
                request("GET", &format!("/v1/licenses/{}", license_id(key)), Some(self.token), None)
            };
            let status = client.send(&read).await?.status;
            ensure!(status == 200, "a reader was told {status}");
            if verifies {
                latencies.verifications.push(begun.elapsed());
            } else {
                latencies.licenses.push(begun.elapsed());
            }
            verifies = !verifies;
            due += between;
        }
        Ok(latencies)
    }
}
