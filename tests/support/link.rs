//! A way to the database that can be cut and mended.

#![expect(clippy::expect_used, reason = "a test fails by panicking")]

use std::path::{Path, PathBuf};

use tokio::io::copy_bidirectional;
use tokio::net::{UnixListener, UnixStream};
use tokio::task::JoinHandle;

use super::database::TestDatabase;

/// A socket that passes everything on.
pub(crate) struct Link {
    directory: PathBuf,
    passing: Option<JoinHandle<()>>,
    to: PathBuf,
    port: u16,
}

impl Link {
    pub(crate) fn open(database: &TestDatabase) -> Self {
        let options = database.connect_options();
        let port = options.get_port();
        let socket = options.get_socket().expect("the tests' cluster listens on a socket").clone();
        let directory = PathBuf::from(format!("/tmp/registry-link-{:016x}", rand::random::<u64>()));
        std::fs::create_dir(&directory).expect("a fresh directory");
        let to = socket.join(format!(".s.PGSQL.{port}"));
        let mut link = Self { directory, passing: None, to, port };
        link.mend();
        link
    }

    /// Where the socket stands.
    pub(crate) fn directory(&self) -> &Path {
        &self.directory
    }

    fn socket(&self) -> PathBuf {
        self.directory.join(format!(".s.PGSQL.{}", self.port))
    }

    pub(crate) fn mend(&mut self) {
        let listener = UnixListener::bind(self.socket()).expect("listen");
        let to = self.to.clone();
        self.passing = Some(tokio::spawn(async move {
            let mut passed = tokio::task::JoinSet::new();
            while let Ok((mut from, _)) = listener.accept().await {
                let to = to.clone();
                passed.spawn(async move {
                    if let Ok(mut on) = UnixStream::connect(to).await {
                        let _ = copy_bidirectional(&mut from, &mut on).await;
                    }
                });
            }
        }));
    }

    pub(crate) async fn cut(&mut self) {
        if let Some(passing) = self.passing.take() {
            passing.abort();
            let _ = passing.await;
        }
        let _ = std::fs::remove_file(self.socket());
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.directory);
    }
}
