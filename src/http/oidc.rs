//! Logins: staff of an agency that has an identity provider come in with its access tokens instead of a key of ours.
//!
//! What is taken is a JWT access token (RFC 9068) signed by a key of the configured issuer for the configured audience.
//! It proves who the caller is and nothing else: the role is the one on file for the person whose login an administrator
//! entered, so that the identity provider gives no one a power here. Everything that is not understood is refused.

mod keys;

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use self::keys::{Jwk, KeyRing};
use super::problem::{Kind, Problem};

/// How far two clocks may differ.
const LEEWAY: TimeDelta = TimeDelta::seconds(60);
/// A longer token is none.
const LONGEST: usize = 8192;

/// An identity provider whose access tokens are taken.
pub struct Oidc {
    issuer: String,
    audience: String,
    keys: KeyRing,
}

impl fmt::Debug for Oidc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Oidc")
            .field("issuer", &self.issuer)
            .field("audience", &self.audience)
            .finish_non_exhaustive()
    }
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    #[serde(default)]
    typ: String,
    #[serde(default)]
    kid: Option<String>,
    /// Extensions that must be understood (RFC 7515, 4.1.11): none is.
    #[serde(default)]
    crit: Option<serde_json::Value>,
}

/// The claims that RFC 9068, 2.2 requires.
#[derive(Deserialize)]
struct Claims {
    iss: String,
    aud: Audience,
    exp: i64,
    iat: i64,
    #[serde(default)]
    nbf: Option<i64>,
    sub: String,
    #[serde(rename = "client_id")]
    _client_id: String,
    #[serde(rename = "jti")]
    _jti: String,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Many(Vec<String>),
}

/// 401, in one text for all: what was wrong with a token helps whoever forges one.
fn refused() -> Problem {
    Problem::new(
        Kind::Unauthorized,
        "Send a valid token: Authorization: Bearer elr_…, or your identity provider's.",
    )
}

fn part<T: DeserializeOwned>(text: &str) -> Result<T, Problem> {
    let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| refused())?;
    serde_json::from_slice(&bytes).map_err(|_| refused())
}

impl Oidc {
    /// Takes tokens of `issuer`, an https URL (RFC 8414), for `audience`.
    pub fn new(issuer: &str, audience: &str) -> reqwest::Result<Self> {
        let issuer = issuer.trim_end_matches('/').to_owned();
        Ok(Self { keys: KeyRing::new(issuer.clone())?, issuer, audience: audience.to_owned() })
    }

    /// The subject of a token that holds at `now`. 401 where it does not, 503 where the issuer's keys cannot be had.
    pub async fn subject(&self, token: &str, now: DateTime<Utc>) -> Result<String, Problem> {
        let parts: Vec<&str> = token.split('.').collect();
        let (true, [header, claims, signature]) = (token.len() <= LONGEST, parts.as_slice()) else {
            return Err(refused());
        };
        let head: Header = part(header)?;
        let typed = ["at+jwt", "application/at+jwt"].iter().any(|typ| head.typ.eq_ignore_ascii_case(typ));
        if !typed || head.crit.is_some() {
            return Err(refused());
        }
        let signature = URL_SAFE_NO_PAD.decode(signature).map_err(|_| refused())?;
        let signed = format!("{header}.{claims}");
        let keys = self.keys.with(head.kid.as_deref(), now).await?;
        let fits = |key: &&Jwk| head.kid.is_none() || key.kid == head.kid;
        if !keys.iter().filter(fits).any(|key| key.verifies(&head.alg, signed.as_bytes(), &signature)) {
            return Err(refused());
        }
        let claims: Claims = part(claims)?;
        if self.holds(&claims, now) { Ok(claims.sub) } else { Err(refused()) }
    }

    fn holds(&self, claims: &Claims, now: DateTime<Utc>) -> bool {
        let at = |seconds| DateTime::from_timestamp(seconds, 0);
        let meant = match &claims.aud {
            Audience::One(one) => *one == self.audience,
            Audience::Many(many) => many.contains(&self.audience),
        };
        meant
            && claims.iss.trim_end_matches('/') == self.issuer
            && !claims.sub.is_empty()
            && at(claims.exp).is_some_and(|end| end + LEEWAY > now)
            && at(claims.iat).is_some_and(|begin| begin - LEEWAY <= now)
            && claims.nbf.is_none_or(|begin| at(begin).is_some_and(|begin| begin - LEEWAY <= now))
    }
}
