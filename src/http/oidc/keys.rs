//! The keys of an identity provider: asked for when they are needed, and kept.
//!
//! The property kept: whoever shows a key that is known is not kept waiting by the provider, whatever others show
//! meanwhile. One asks at a time, who has been asked is let rest whether it answered or not, and a question that was
//! begun is not dropped with the request that began it.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, ED25519, RSA_PKCS1_2048_8192_SHA256, RSA_PSS_2048_8192_SHA256,
    RsaPublicKeyComponents, UnparsedPublicKey,
};
use serde::Deserialize;
use tokio::sync::{Mutex, watch};
use tokio::task::JoinHandle;

use crate::http::problem::Problem;

/// How old the issuer's keys become before they are asked for again, beside the requests that go on with them.
const KEYS_LAST: TimeDelta = TimeDelta::hours(1);
/// How old they become at most: a key that the issuer took back works no longer, though it does not answer.
const KEYS_END: TimeDelta = TimeDelta::hours(2);
/// How soon the issuer is asked again, where it did not answer or a token names a key that is not among them.
const KEYS_REST: TimeDelta = TimeDelta::seconds(30);
/// How long the issuer may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// The keys of an issuer.
pub(super) struct KeyRing(Arc<Provider>);

struct Provider {
    issuer: String,
    http: reqwest::Client,
    known: watch::Sender<Known>,
    /// Held by who asks.
    turn: Arc<Mutex<()>>,
}

/// What is known of the keys.
#[derive(Clone, Default)]
struct Known {
    keys: Arc<[Jwk]>,
    /// When they were had.
    had: Option<DateTime<Utc>>,
    /// When the issuer was asked last, in vain or not.
    asked: Option<DateTime<Utc>>,
}

impl Known {
    fn has(&self, kid: Option<&str>) -> bool {
        !self.keys.is_empty() && (kid.is_none() || self.keys.iter().any(|key| key.kid.as_deref() == kid))
    }

    fn is_younger(&self, than: TimeDelta, now: DateTime<Utc>) -> bool {
        self.had.is_some_and(|had| now - had < than)
    }

    fn may_be_asked(&self, now: DateTime<Utc>) -> bool {
        self.asked.is_none_or(|asked| now - asked >= KEYS_REST)
    }

    /// Whether the issuer did not answer when it was asked last, so that it may have keys that are not known.
    fn failed(&self) -> bool {
        self.had != self.asked
    }
}

/// A public key (RFC 7517); what it lacks for its type makes it useless, not wrong.
#[derive(Clone, Deserialize)]
pub(super) struct Jwk {
    #[serde(default)]
    pub(super) kid: Option<String>,
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

impl KeyRing {
    pub(super) fn new(issuer: String) -> reqwest::Result<Self> {
        // The first provider stays where there are two; both are this one.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder()
            .timeout(PATIENCE)
            .redirect(reqwest::redirect::Policy::none())
            .build()?;
        let (known, turn) = (watch::Sender::new(Known::default()), Arc::default());
        Ok(Self(Arc::new(Provider { issuer, http, known, turn })))
    }

    /// The issuer's keys, among which the one that is named is to be looked for. 503 where they cannot be had.
    pub(super) async fn with(&self, kid: Option<&str>, now: DateTime<Utc>) -> Result<Arc<[Jwk]>, Problem> {
        let known = self.0.known();
        if known.has(kid) && known.is_younger(KEYS_END, now) {
            if !known.is_younger(KEYS_LAST, now) {
                // No one waits for it.
                drop(self.0.ask(now));
            }
            return Ok(known.keys);
        }
        if known.may_be_asked(now) {
            match self.0.ask(now) {
                Some(asking) => drop(asking.await),
                // Another asks already: its answer is waited for.
                None => drop(self.0.turn.lock().await),
            }
        }
        let known = self.0.known();
        let told = known.is_younger(KEYS_END, now) && (known.has(kid) || !known.failed());
        if told { Ok(known.keys) } else { Err(Problem::unavailable()) }
    }
}

impl Provider {
    fn known(&self) -> Known {
        self.known.borrow().clone()
    }

    /// Begins to ask, unless another does.
    fn ask(self: &Arc<Self>, now: DateTime<Utc>) -> Option<JoinHandle<()>> {
        let turn = Arc::clone(&self.turn).try_lock_owned().ok()?;
        let provider = Arc::clone(self);
        Some(tokio::spawn(async move {
            if provider.known().may_be_asked(now) {
                provider.refresh(now).await;
            }
            drop(turn);
        }))
    }

    async fn refresh(&self, now: DateTime<Utc>) {
        let found = match self.fetch().await {
            Ok(found) => found,
            Err(error) => {
                // The error would name the address and what stands in it.
                tracing::warn!(timeout = error.is_timeout(), status = ?error.status(), "the identity provider does not answer");
                None
            }
        };
        self.known.send_modify(|known| {
            known.asked = Some(now);
            if let Some(keys) = found {
                (known.keys, known.had) = (keys.into(), Some(now));
            }
        });
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
    pub(super) fn verifies(&self, alg: &str, signed: &[u8], signature: &[u8]) -> bool {
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
