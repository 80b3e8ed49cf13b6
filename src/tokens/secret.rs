//! The written form of a token.

use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::ids::{Ids, TokenId};

/// A token's id and secret. It has no `Debug`, so that it cannot be logged.
pub struct Secret {
    /// The token.
    pub id: TokenId,
    bytes: [u8; 32],
}

impl Secret {
    /// A new random secret.
    pub fn new(id: TokenId, ids: &Ids) -> Self {
        Self { id, bytes: ids.bytes() }
    }

    /// The written form.
    pub fn written(&self) -> String {
        let body = format!("elr_{}_{}", self.id.0.simple(), hex::encode(self.bytes));
        let checksum = checksum(&body);
        format!("{body}_{checksum}")
    }

    /// Reads the written form; `None` where it is not a token.
    pub fn parse(text: &str) -> Option<Self> {
        let (body, sum) = text.rsplit_once('_')?;
        if sum != checksum(body) {
            return None;
        }
        let (id, secret) = body.strip_prefix("elr_")?.split_once('_')?;
        let mut bytes = [0; 32];
        hex::decode_to_slice(secret, &mut bytes).ok()?;
        Some(Self { id: TokenId(Uuid::try_parse(id).ok()?), bytes })
    }

    /// A key for one purpose, by HKDF (RFC 5869). What is stored of the secret does not lead to it. None only where the
    /// hash could not give so many bytes, which it can.
    pub fn derive(&self, purpose: &[u8]) -> Option<[u8; 32]> {
        use ring::hkdf::{HKDF_SHA256, Salt};
        let mut key = [0; 32];
        let material = Salt::new(HKDF_SHA256, &[]).extract(&self.bytes);
        material.expand(&[purpose], HKDF_SHA256).and_then(|derived| derived.fill(&mut key)).ok()?;
        Some(key)
    }

    /// What is stored of the secret.
    pub fn hash(&self) -> [u8; 32] {
        Sha256::digest(self.bytes).into()
    }
}

/// What a caller shows of itself.
pub enum Shown {
    /// A token of ours.
    Secret(Secret),
    /// The subject of a token of the identity provider, which was found to hold.
    Login(String),
}

impl Shown {
    /// What the caller is known by while its requests are counted: nothing that one who does not hold the token could
    /// show, and the same for all tokens of one login.
    pub fn key(&self) -> [u8; 32] {
        match self {
            Self::Secret(secret) => secret.hash(),
            Self::Login(subject) => {
                Sha256::new().chain_update("login ").chain_update(subject).finalize().into()
            }
        }
    }
}

fn checksum(body: &str) -> String {
    let mut text = hex::encode(Sha256::digest(body));
    text.truncate(8);
    text
}
