//! No request twice: a change that is asked for by POST has a key, and its first answer is given to whoever asks again.
//!
//! Table: `idempotent_answers`. A key belongs to a person, whichever token is shown. Properties kept: the answer is stored
//! in the transaction that made the change, so that there is never one without the other; a key stands for one request,
//! told by its fingerprint; of several at once one goes through, by the table's key, and the others wait for it where they
//! are asked of the same process; a secret in an answer is stored sealed, under a key that only its caller has.

mod in_flight;
mod seal;
mod store;

use axum::body::Body;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode, header};
use sha2::{Digest as _, Sha256};

pub use in_flight::{InFlight, TakenUp};
pub use seal::SealingKey;
pub use store::{BATCH, find, forget, insert};

use super::problem::{Kind, Problem};
use crate::ids::{PersonId, TokenId};

/// The header of the key (draft-ietf-httpapi-idempotency-key-header).
pub const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// The header of an answer that was given before.
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");
/// A key may have this many characters.
const LONGEST: usize = 255;
/// How many days an answer is kept: the contract of the API says at least 30, and a client that has not asked again by
/// then never will.
pub const KEPT_DAYS: i64 = 30;

/// What of an answer's head is part of it. The rest is of the response that carries it.
static KEPT_HEADERS: [HeaderName; 3] = [header::CONTENT_TYPE, header::ETAG, header::LOCATION];

/// What a caller names a request by.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Key(String);

impl Key {
    /// Reads a key of visible ASCII characters, with or without quotes around it.
    pub fn parse(text: &str) -> Option<Self> {
        let inner = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(text);
        let fits = (1..=LONGEST).contains(&inner.len()) && inner.bytes().all(|byte| byte.is_ascii_graphic());
        fits.then(|| Self(inner.to_owned()))
    }

    /// Reads the key of a request. 400 where there is none, or more than one.
    pub fn of(headers: &HeaderMap) -> Result<Self, Problem> {
        let mut lines = headers.get_all(IDEMPOTENCY_KEY).iter();
        match (lines.next().map(HeaderValue::to_str), lines.next()) {
            (Some(Ok(text)), None) => Self::parse(text),
            (Some(_) | None, _) => None,
        }
        .ok_or_else(|| {
            let says = "Send one Idempotency-Key of 1 to 255 visible ASCII characters: a random one for each new request, \
                        the same one to ask again for the answer.";
            Problem::new(Kind::Malformed, says)
        })
    }

    /// The key.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What a request is let in with that is to be done once.
#[derive(Clone, Debug)]
pub struct Ticket {
    /// Who asks.
    pub person: PersonId,
    /// By what name.
    pub key: Key,
    /// How an answer that holds a secret is kept from others; none where the answer holds none.
    pub seal: Option<Seal>,
}

impl Ticket {
    /// The request it is for. The target is the path with its query.
    pub fn asks(self, method: &str, target: &str, body: &[u8]) -> Asked {
        let mut hash = Sha256::new();
        for part in [method.as_bytes(), target.as_bytes(), body] {
            // Each with its length, so that no two requests run together into the same bytes.
            hash.update(part.len().to_be_bytes());
            hash.update(part);
        }
        Asked { person: self.person, key: self.key, fingerprint: hash.finalize().into(), seal: self.seal }
    }
}

/// One request of a person, as it is told from others.
#[derive(Clone, Debug)]
pub struct Asked {
    /// Who asks.
    pub person: PersonId,
    /// By what name.
    pub key: Key,
    /// For what: a SHA-256 of method, target and body.
    pub fingerprint: [u8; 32],
    seal: Option<Seal>,
}

impl Asked {
    /// What was sealed in the answer to this request; none where another token was shown.
    fn opened(&self, sealed: &[u8]) -> Option<Vec<u8>> {
        self.seal.as_ref().and_then(|seal| seal.key.open(&self.binding(), sealed))
    }

    /// What a sealed answer is bound to: it opens as the answer to this request alone.
    fn binding(&self) -> Vec<u8> {
        [self.person.0.as_bytes(), self.fingerprint.as_slice(), self.key.as_str().as_bytes()].concat()
    }
}

/// An answer on file.
#[derive(Clone, Debug)]
pub struct Stored {
    /// The fingerprint of the request that it answers.
    pub fingerprint: Vec<u8>,
    /// The HTTP status.
    pub status: i16,
    /// The kept headers, by name.
    pub headers: serde_json::Value,
    /// The body, to the letter; or sealed.
    pub body: Vec<u8>,
    /// The token under whose secret the body is sealed; none where it is in clear.
    pub sealed_by: Option<TokenId>,
}

/// How an answer is kept from others: under the secret of the token that was shown.
#[derive(Clone, Debug)]
pub struct Seal {
    /// The key that is derived from the secret.
    pub key: SealingKey,
    /// The token.
    pub token: TokenId,
}

impl Stored {
    /// An answer to be stored. The nonce is random bytes that are used once.
    pub fn new(
        asked: &Asked,
        (status, headers): (StatusCode, &HeaderMap),
        body: &[u8],
        nonce: [u8; seal::NONCE],
    ) -> Result<Self, Problem> {
        let seal = asked.seal.as_ref();
        let kept = KEPT_HEADERS.iter().filter_map(|name| {
            let value = headers.get(name)?.to_str().ok()?;
            Some((name.as_str().to_owned(), value.into()))
        });
        let body = match seal {
            Some(seal) => seal.key.seal(nonce, &asked.binding(), body)?,
            None => body.to_vec(),
        };
        Ok(Self {
            fingerprint: asked.fingerprint.to_vec(),
            status: i16::try_from(status.as_u16()).unwrap_or_default(),
            headers: serde_json::Value::Object(kept.collect()),
            body,
            sealed_by: seal.map(|seal| seal.token),
        })
    }

    /// The answer again, to the letter. 422 where the key stands for another request; 409 where the answer holds a secret
    /// that was told to another token.
    pub fn replay(self, asked: &Asked) -> Result<Response<Body>, Problem> {
        if self.fingerprint != asked.fingerprint {
            let says =
                "The Idempotency-Key was sent before with another method, path or body. Send a new key.";
            return Err(Problem::new(Kind::KeyReused, says));
        }
        let body = match self.sealed_by {
            None => self.body,
            Some(_) => asked.opened(&self.body).ok_or_else(|| {
                let says = "The answer holds a secret, which is told again only to the token that it was told to first. What \
                            the request did stands.";
                Problem::conflict(says)
            })?,
        };
        let mut response = Response::new(Body::from(body));
        *response.status_mut() = u16::try_from(self.status)
            .ok()
            .and_then(|status| StatusCode::from_u16(status).ok())
            .ok_or_else(|| Problem::internal(&"an answer on file has no status"))?;
        for name in &KEPT_HEADERS {
            let kept = self.headers.get(name.as_str()).and_then(serde_json::Value::as_str);
            if let Some(value) = kept.and_then(|value| HeaderValue::from_str(value).ok()) {
                response.headers_mut().insert(name, value);
            }
        }
        response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
        Ok(response)
    }
}

/// Whether an answer is kept: what was done, and what was refused for how things stood. What was wrong with the request
/// itself, or with the service, is not: the caller corrects it and asks again under the same key.
pub fn is_kept(status: StatusCode) -> bool {
    let refused = [StatusCode::NOT_FOUND, StatusCode::CONFLICT, StatusCode::UNPROCESSABLE_ENTITY];
    status.is_success() || refused.contains(&status)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ticket(secret: Option<u8>) -> Ticket {
        let token = TokenId(uuid::Uuid::nil());
        let seal = secret.map(|byte| Seal { key: SealingKey::new([byte; 32]), token });
        Ticket { person: PersonId(uuid::Uuid::nil()), key: Key("k".to_owned()), seal }
    }

    fn asked(secret: Option<u8>, body: &str) -> Asked {
        ticket(secret).asks("POST", "/v1/tokens", body.as_bytes())
    }

    fn answered(secret: Option<u8>) -> Stored {
        let mut headers = HeaderMap::new();
        headers.insert(header::LOCATION, HeaderValue::from_static("/v1/tokens/1"));
        headers.insert(header::SET_COOKIE, HeaderValue::from_static("not kept"));
        let head = (StatusCode::CREATED, &headers);
        Stored::new(&asked(secret, "{}"), head, b"{\"token\":\"elr_1\"}", [1; seal::NONCE]).unwrap()
    }

    #[test]
    fn a_key_is_visible_ascii_with_or_without_quotes() {
        let longest = "k".repeat(255);
        for (text, key) in
            [("k", "k"), ("\"k\"", "k"), ("a-B_9~!", "a-B_9~!"), (&longest, &longest), ("\"", "\"")]
        {
            assert_eq!(Key::parse(text).unwrap().as_str(), key);
        }
        for text in ["", "\"\"", "a b", " a", "\u{e4}", "a\tb", "a\u{7f}", &"k".repeat(256)] {
            assert_eq!(Key::parse(text), None, "{text}");
        }
        let mut headers = HeaderMap::new();
        assert!(Key::of(&headers).is_err());
        headers.append(IDEMPOTENCY_KEY, HeaderValue::from_static("a"));
        assert!(Key::of(&headers).is_ok());
        headers.append(IDEMPOTENCY_KEY, HeaderValue::from_static("a"));
        assert!(Key::of(&headers).is_err(), "two are none");
    }

    #[test]
    fn a_request_is_told_by_every_part_of_it() {
        let print =
            |method, target, body: &str| ticket(None).asks(method, target, body.as_bytes()).fingerprint;
        let one = print("POST", "/v1/a", "b");
        assert_eq!(one, print("POST", "/v1/a", "b"));
        for other in [print("PUT", "/v1/a", "b"), print("POST", "/v1/ab", ""), print("POST", "/v1/a", "c")] {
            assert_ne!(one, other);
        }
    }

    #[tokio::test]
    async fn an_answer_comes_again_to_the_letter() {
        for secret in [None, Some(7)] {
            let stored = answered(secret);
            assert_eq!(stored.body == b"{\"token\":\"elr_1\"}", secret.is_none());
            assert!(
                secret.is_none() || !stored.body.windows(3).any(|bytes| bytes == b"elr"),
                "no secret in clear"
            );
            let again = stored.replay(&asked(secret, "{}")).unwrap();
            assert_eq!(again.status(), StatusCode::CREATED);
            assert_eq!(again.headers()[header::LOCATION], "/v1/tokens/1");
            assert_eq!(again.headers()[REPLAYED], "true");
            assert!(!again.headers().contains_key(header::SET_COOKIE));
            let body = axum::body::to_bytes(again.into_body(), 1024).await.unwrap();
            assert_eq!(body.as_ref(), b"{\"token\":\"elr_1\"}");
        }
    }

    #[test]
    fn another_request_and_another_token_are_refused() {
        let reused = answered(None).replay(&asked(None, "{ }")).unwrap_err();
        assert_eq!(reused.kind, Kind::KeyReused);
        for other in [Some(8), None] {
            let sealed = answered(Some(7)).replay(&asked(other, "{}")).unwrap_err();
            assert_eq!(sealed.kind, Kind::Conflict);
        }
    }
}
