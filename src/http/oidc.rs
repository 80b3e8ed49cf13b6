//! Logins: staff of an agency that has an identity provider come in with its access tokens instead of a key of ours.
//!
//! What is taken is a JWT access token (RFC 9068) signed by a key of the configured issuer for the configured audience.
//! It proves who the caller is and nothing else: the role is the one on file for the person whose login an administrator
//! entered, so that the identity provider gives no one a power here. Everything that is not understood is refused.

use std::fmt;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, ED25519, RSA_PKCS1_2048_8192_SHA256, RSA_PSS_2048_8192_SHA256,
    RsaPublicKeyComponents, UnparsedPublicKey,
};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use tokio::sync::Mutex;

use super::problem::{Kind, Problem};

/// How far two clocks may differ.
const LEEWAY: TimeDelta = TimeDelta::seconds(60);
/// How long the issuer's keys are used before they are asked for again.
const KEYS_LAST: Duration = Duration::from_hours(1);
/// How soon they are asked for again where a token names one that is not among them.
const KEYS_REST: Duration = Duration::from_secs(30);
/// How long the issuer may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);
/// A longer token is none.
const LONGEST: usize = 8192;

/// An identity provider whose access tokens are taken.
pub struct Oidc {
    issuer: String,
    audience: String,
    http: reqwest::Client,
    keys: Mutex<Option<Keys>>,
}

impl fmt::Debug for Oidc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Oidc")
            .field("issuer", &self.issuer)
            .field("audience", &self.audience)
            .finish_non_exhaustive()
    }
}

struct Keys {
    keys: Vec<Jwk>,
    asked: Instant,
}

/// A public key (RFC 7517); what it lacks for its type makes it useless, not wrong.
#[derive(Clone, Deserialize)]
struct Jwk {
    #[serde(default)]
    kid: Option<String>,
    kty: String,
    #[serde(default)]
    crv: Option<String>,
    #[serde(default)]
    n: String,
    #[serde(default)]
    e: String,
    #[serde(default)]
    x: String,
    #[serde(default)]
    y: String,
    #[serde(default, rename = "use")]
    purpose: Option<String>,
}

#[derive(Deserialize)]
struct KeySet {
    keys: Vec<serde_json::Value>,
}

#[derive(Deserialize)]
struct Discovery {
    issuer: String,
    jwks_uri: String,
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

fn away(error: &reqwest::Error) -> Problem {
    // The error would name the address and what stands in it.
    tracing::warn!(timeout = error.is_timeout(), status = ?error.status(), "the identity provider does not answer");
    Problem::unavailable()
}

fn part<T: DeserializeOwned>(text: &str) -> Result<T, Problem> {
    let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| refused())?;
    serde_json::from_slice(&bytes).map_err(|_| refused())
}

impl Oidc {
    /// Takes tokens of `issuer`, an https URL (RFC 8414), for `audience`.
    pub fn new(issuer: &str, audience: &str) -> reqwest::Result<Self> {
        // The first provider stays where there are two; both are this one.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder()
            .timeout(PATIENCE)
            .redirect(reqwest::redirect::Policy::none())
            .build()?;
        Ok(Self {
            issuer: issuer.trim_end_matches('/').to_owned(),
            audience: audience.to_owned(),
            http,
            keys: Mutex::default(),
        })
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
        let keys = self.keys(head.kid.as_deref()).await?;
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

    /// The issuer's keys, asked for again where they are old or do not hold the one that is named.
    async fn keys(&self, kid: Option<&str>) -> Result<Vec<Jwk>, Problem> {
        // One asks, the others wait for its answer.
        let mut known = self.keys.lock().await;
        if let Some(found) = known.as_ref() {
            let has = kid.is_none() || found.keys.iter().any(|key| key.kid.as_deref() == kid);
            let age = found.asked.elapsed();
            if (has && age < KEYS_LAST) || age < KEYS_REST {
                return Ok(found.keys.clone());
            }
        }
        let keys = self.fetch().await.map_err(|error| away(&error))?.ok_or_else(Problem::unavailable)?;
        *known = Some(Keys { keys: keys.clone(), asked: Instant::now() });
        Ok(keys)
    }

    /// Asks the issuer. None where it speaks for another issuer than it is asked as.
    async fn fetch(&self) -> reqwest::Result<Option<Vec<Jwk>>> {
        let place = format!("{}/.well-known/openid-configuration", self.issuer);
        let found: Discovery = self.http.get(place).send().await?.error_for_status()?.json().await?;
        if found.issuer.trim_end_matches('/') != self.issuer {
            tracing::warn!("the identity provider calls itself otherwise than OIDC_ISSUER does");
            return Ok(None);
        }
        let set: KeySet = self.http.get(found.jwks_uri).send().await?.error_for_status()?.json().await?;
        // A key of a kind that is not known here is left out.
        Ok(Some(set.keys.into_iter().filter_map(|key| serde_json::from_value(key).ok()).collect()))
    }
}

impl Jwk {
    /// Whether the key made the signature. The algorithm must be one of the key's own: `none`, and a public key taken for
    /// a shared secret, verify nothing.
    fn verifies(&self, alg: &str, signed: &[u8], signature: &[u8]) -> bool {
        let bytes = |text: &str| URL_SAFE_NO_PAD.decode(text).ok();
        if self.purpose.as_deref().is_some_and(|purpose| purpose != "sig") {
            return false;
        }
        match (alg, self.kty.as_str(), self.crv.as_deref()) {
            ("RS256" | "PS256", "RSA", _) => {
                let (Some(n), Some(e)) = (bytes(&self.n), bytes(&self.e)) else { return false };
                let with =
                    if alg == "PS256" { &RSA_PSS_2048_8192_SHA256 } else { &RSA_PKCS1_2048_8192_SHA256 };
                RsaPublicKeyComponents { n, e }.verify(with, signed, signature).is_ok()
            }
            ("ES256", "EC", Some("P-256")) => {
                let (Some(x), Some(y)) = (bytes(&self.x), bytes(&self.y)) else { return false };
                // The uncompressed point (SEC 1, 2.3.3).
                let point = [&[4], x.as_slice(), y.as_slice()].concat();
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).verify(signed, signature).is_ok()
            }
            ("EdDSA", "OKP", Some("Ed25519")) => bytes(&self.x)
                .is_some_and(|x| UnparsedPublicKey::new(&ED25519, x).verify(signed, signature).is_ok()),
            _ => false,
        }
    }
}
