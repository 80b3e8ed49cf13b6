//! A proxy between the service and Postgres that reads along: which statements a request sends, with which
//! parameters, and how often it waits for an answer.
//!
//! A client of the extended protocol waits for the server after each `Sync` and after each simple `Query`, so counting
//! these counts round trips exactly.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{UnixListener, UnixStream};

/// One round trip.
#[derive(Clone, Debug)]
pub(crate) enum Trip {
    /// A statement, with its parameters as text.
    Statement(Statement),
    /// A statement's first preparation on a connection.
    Prepare,
    /// Nothing but the question whether the server still answers.
    Ping,
}

/// A statement as it went over the wire.
#[derive(Clone, Debug, Default)]
pub(crate) struct Statement {
    pub(crate) sql: String,
    /// The type and the text of each parameter.
    pub(crate) parameters: Vec<(&'static str, Option<String>)>,
}

/// What was seen since the last look.
#[derive(Clone, Default)]
pub(crate) struct Log(Arc<Mutex<Vec<Trip>>>);

impl Log {
    /// Takes what was seen.
    pub(crate) fn take(&self) -> Vec<Trip> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn push(&self, trip: Trip) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(trip);
    }
}

/// Listens in `dir` as a Postgres server would and passes everything on to `server`.
pub(crate) fn listen(dir: &Path, server: PathBuf) -> std::io::Result<Log> {
    let listener = UnixListener::bind(dir.join(".s.PGSQL.5432"))?;
    let log = Log::default();
    let seen = log.clone();
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            tokio::spawn(pass(client, server.clone(), seen.clone()));
        }
    });
    Ok(log)
}

async fn pass(client: UnixStream, server: PathBuf, log: Log) -> std::io::Result<()> {
    let server = UnixStream::connect(server).await?;
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    tokio::spawn(async move { tokio::io::copy(&mut from_server, &mut to_client).await });
    let mut reader = Reader { log, greeted: false, pending: Vec::new(), known: HashMap::new(), batch: None };
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let read = from_client.read(&mut buffer).await?;
        let Some(bytes) = buffer.get(..read).filter(|bytes| !bytes.is_empty()) else { return Ok(()) };
        reader.read(bytes);
        to_server.write_all(bytes).await?;
    }
}

/// What is known of one connection.
struct Reader {
    log: Log,
    greeted: bool,
    pending: Vec<u8>,
    /// Prepared statements by name: the text and the parameters' types.
    known: HashMap<String, (String, Vec<u32>)>,
    /// What was sent since the last `Sync`.
    batch: Option<Trip>,
}

impl Reader {
    fn read(&mut self, bytes: &[u8]) {
        self.pending.extend_from_slice(bytes);
        // The first message has no type.
        let skip = |greeted: bool| usize::from(greeted);
        while let Some(length) = self
            .pending
            .get(skip(self.greeted)..)
            .and_then(|rest| rest.first_chunk())
            .map(|it| u32::from_be_bytes(*it))
        {
            let whole = skip(self.greeted) + length as usize;
            if self.pending.len() < whole {
                return;
            }
            let message: Vec<u8> = self.pending.drain(..whole).collect();
            if self.greeted {
                let mut fields = Fields(message.get(5..).unwrap_or_default());
                self.message(message.first().copied().unwrap_or_default(), &mut fields);
            }
            self.greeted = true;
        }
    }

    fn message(&mut self, kind: u8, fields: &mut Fields<'_>) {
        match kind {
            b'P' => {
                let (name, sql) = (fields.text(), fields.text());
                let types = (0..fields.short()).map(|_| fields.long()).collect();
                self.known.insert(name, (sql, types));
                self.batch.get_or_insert(Trip::Prepare);
            }
            b'B' => {
                let (_portal, name) = (fields.text(), fields.text());
                let (sql, types) = self.known.get(&name).cloned().unwrap_or_default();
                let formats: Vec<u16> = (0..fields.short()).map(|_| fields.short()).collect();
                let count = usize::from(fields.short());
                let parameters = (0..count)
                    .map(|at| {
                        let value = fields.value();
                        let oid = types.get(at).copied().unwrap_or_default();
                        let format = formats.get(at).or(formats.first()).copied().unwrap_or_default();
                        (
                            type_name(oid),
                            value.map(|bytes| if format == 0 { lossy(bytes) } else { text(oid, bytes) }),
                        )
                    })
                    .collect();
                self.batch = Some(Trip::Statement(Statement { sql, parameters }));
            }
            b'Q' => self.log.push(Trip::Statement(Statement { sql: fields.text(), parameters: Vec::new() })),
            b'S' => self.log.push(self.batch.take().unwrap_or(Trip::Ping)),
            _ => {}
        }
    }
}

/// The fields of a message; past its end they are empty.
struct Fields<'m>(&'m [u8]);

impl<'m> Fields<'m> {
    fn bytes(&mut self, count: usize) -> &'m [u8] {
        let (taken, rest) = self.0.split_at_checked(count).unwrap_or((self.0, &[]));
        self.0 = rest;
        taken
    }

    fn text(&mut self) -> String {
        let end = self.0.iter().position(|byte| *byte == 0).unwrap_or(self.0.len());
        let text = lossy(self.bytes(end));
        self.bytes(1);
        text
    }

    fn short(&mut self) -> u16 {
        self.bytes(2).first_chunk().map_or(0, |bytes| u16::from_be_bytes(*bytes))
    }

    fn long(&mut self) -> u32 {
        self.bytes(4).first_chunk().map_or(0, |bytes| u32::from_be_bytes(*bytes))
    }

    /// A length and so many bytes; -1 is null.
    fn value(&mut self) -> Option<&'m [u8]> {
        let length = self.long();
        (length != u32::MAX).then(|| self.bytes(length as usize))
    }
}

fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn type_name(oid: u32) -> &'static str {
    match oid {
        16 => "boolean",
        17 => "bytea",
        20 => "bigint",
        21 => "smallint",
        23 => "integer",
        114 => "json",
        1007 => "integer[]",
        1009 => "text[]",
        1082 => "date",
        1184 => "timestamptz",
        1231 => "numeric[]",
        1700 => "numeric",
        2950 => "uuid",
        2951 => "uuid[]",
        3802 => "jsonb",
        _ => "text",
    }
}

/// A binary value as SQL writes it.
fn text(oid: u32, bytes: &[u8]) -> String {
    let mut fields = Fields(bytes);
    match oid {
        16 => (bytes == [1]).to_string(),
        17 => format!("\\x{}", hex::encode(bytes)),
        20 | 21 | 23 => number(bytes).to_string(),
        1082 => {
            let days = chrono::Days::new(u64::try_from(number(bytes)).unwrap_or_default());
            chrono::NaiveDate::from_ymd_opt(2000, 1, 1)
                .and_then(|day| day.checked_add_days(days))
                .map_or_else(String::new, |day| day.to_string())
        }
        1184 => {
            let micros = 946_684_800_000_000 + number(bytes);
            chrono::DateTime::from_timestamp_micros(micros).map_or_else(String::new, |at| at.to_rfc3339())
        }
        1007 | 1009 | 1231 | 2951 => array(&mut fields),
        1700 => numeric(&mut fields),
        2950 => uuid::Uuid::from_slice(bytes).map_or_else(|_| String::new(), |id| id.to_string()),
        3802 => lossy(bytes.get(1..).unwrap_or_default()),
        _ => lossy(bytes),
    }
}

fn number(bytes: &[u8]) -> i64 {
    let negative = bytes.first().is_some_and(|first| *first >= 0x80);
    bytes.iter().fold(if negative { -1 } else { 0 }, |number, byte| (number << 8) | i64::from(*byte))
}

/// An array of one dimension.
fn array(fields: &mut Fields<'_>) -> String {
    let dimensions = fields.long();
    fields.long();
    let of = fields.long();
    if dimensions == 0 {
        return "{}".to_owned();
    }
    let count = fields.long();
    fields.long();
    let items: Vec<String> = (0..count)
        .map(|_| match fields.value() {
            Some(bytes) => format!("\"{}\"", text(of, bytes).replace('\\', "\\\\").replace('"', "\\\"")),
            None => "NULL".to_owned(),
        })
        .collect();
    format!("{{{}}}", items.join(","))
}

/// A number in base 10,000.
fn numeric(fields: &mut Fields<'_>) -> String {
    let count = fields.short();
    let weight = number(&fields.short().to_be_bytes());
    let sign = if fields.short() == 0x4000 { "-" } else { "" };
    let scale = fields.short();
    let digits: Vec<u16> = (0..count).map(|_| fields.short()).collect();
    let digit = |power: i64| {
        usize::try_from(weight - power).ok().and_then(|at| digits.get(at)).copied().unwrap_or_default()
    };
    let four = |power: i64| format!("{:04}", digit(power));
    let whole = (0..=weight.max(0)).rev().map(four).collect::<Vec<_>>().concat();
    let parts = (1..=i64::from(scale.div_ceil(4))).map(|power| four(-power)).collect::<Vec<_>>().concat();
    let parts = parts.get(..usize::from(scale)).unwrap_or_default();
    let whole = whole.trim_start_matches('0');
    format!(
        "{sign}{}{}{parts}",
        if whole.is_empty() { "0" } else { whole },
        if parts.is_empty() { "" } else { "." }
    )
}
