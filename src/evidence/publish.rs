//! Publishing: checkpoints go where whoever holds the database cannot take them back.
//!
//! Each is appended to a file, a JSON object a line, and sent to a webhook where one is set. The last line of the file
//! is what the log in the database is held against.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::keys::make_directory;

/// How much of the end of the file holds its last line.
const TAIL: u64 = 64 * 1024;
/// How long the webhook may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// A line of the file.
#[derive(Debug, Serialize, Deserialize)]
struct Line {
    at: DateTime<Utc>,
    note: String,
}

/// The file of checkpoints.
#[derive(Clone, Debug)]
pub struct Published(PathBuf);

impl Published {
    /// The file at this path.
    pub fn new(path: PathBuf) -> Self {
        Self(path)
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// The note that was appended last; none where there is no file. A line that was cut off in writing is passed over.
    pub fn last(&self) -> io::Result<Option<String>> {
        let mut file = match File::open(&self.0) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            opened => opened?,
        };
        let length = file.metadata()?.len();
        file.seek(SeekFrom::Start(length.saturating_sub(TAIL)))?;
        let mut tail = Vec::new();
        file.read_to_end(&mut tail)?;
        let lines = tail.split_inclusive(|byte| *byte == b'\n').rev();
        let mut whole = lines.filter(|line| line.ends_with(b"\n") && line.len() > 1);
        let Some(last) = whole.next() else {
            return if length == 0 { Ok(None) } else { Err(io::Error::other("the file has no whole line")) };
        };
        let line: Line = serde_json::from_slice(last)?;
        Ok(Some(line.note))
    }

    /// All notes that were appended, the first one first. A line that was cut off in writing is passed over.
    pub fn notes(&self) -> io::Result<Vec<String>> {
        let text = fs::read(&self.0)?;
        let lines = text.split_inclusive(|byte| *byte == b'\n').filter(|line| line.ends_with(b"\n"));
        Ok(lines.filter_map(|line| serde_json::from_slice(line).ok()).map(|Line { note, .. }| note).collect())
    }

    /// Appends a note, and waits until it is on the disk.
    pub fn append(&self, at: DateTime<Utc>, note: &str) -> io::Result<()> {
        make_directory(&self.0)?;
        let mut file = OpenOptions::new().append(true).read(true).create(true).open(&self.0)?;
        let mut line = serde_json::to_vec(&Line { at, note: note.to_owned() })?;
        line.push(b'\n');
        if !ends_with_a_line(&mut file)? {
            // What a death cut off stays on a line of its own.
            line.insert(0, b'\n');
        }
        file.write_all(&line)?;
        file.sync_data()
    }
}

fn ends_with_a_line(file: &mut File) -> io::Result<bool> {
    if file.metadata()?.len() == 0 {
        return Ok(true);
    }
    let mut last = [0];
    file.seek(SeekFrom::End(-1))?;
    file.read_exact(&mut last)?;
    Ok(last == *b"\n")
}

/// What checkpoints are sent to, over HTTP.
pub(super) fn client() -> reqwest::Result<reqwest::Client> {
    // The first provider stays where there are two; both are this one.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().timeout(PATIENCE).redirect(reqwest::redirect::Policy::none()).build()
}

/// Sends a note to a webhook.
pub(super) async fn send(http: &reqwest::Client, webhook: &str, note: &str) -> reqwest::Result<()> {
    let request =
        http.post(webhook).header("content-type", "text/plain; charset=utf-8").body(note.to_owned());
    request.send().await?.error_for_status().map(|_| ())
}

/// Whether the file can be appended to: told at the start, not at the first checkpoint.
pub(super) fn check(file: &Published) -> io::Result<()> {
    make_directory(file.path())?;
    OpenOptions::new().append(true).create(true).open(file.path()).map(|_| ())?;
    fs::metadata(file.path()).map(|_| ())
}
