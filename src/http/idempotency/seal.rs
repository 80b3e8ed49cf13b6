//! Sealing: an answer that holds a secret is stored encrypted (AES-256-GCM), under a key that is derived from the secret
//! of the caller's own token. The registry keeps a hash of that secret only, so that the database alone opens nothing.

use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};

use crate::http::problem::Problem;

/// Bytes of a nonce, which stands before what was sealed with it.
pub(super) const NONCE: usize = NONCE_LEN;

/// A key for sealing. It shows nothing of itself in `Debug`.
#[derive(Clone)]
pub struct SealingKey([u8; 32]);

impl std::fmt::Debug for SealingKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SealingKey")
    }
}

impl SealingKey {
    /// From key material.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    fn cipher(&self) -> Result<LessSafeKey, ring::error::Unspecified> {
        UnboundKey::new(&AES_256_GCM, &self.0).map(LessSafeKey::new)
    }

    /// Seals a text, bound to what it belongs to. A nonce is used once.
    pub(super) fn seal(&self, nonce: [u8; NONCE], binding: &[u8], text: &[u8]) -> Result<Vec<u8>, Problem> {
        let mut sealed = text.to_vec();
        self.cipher()
            .and_then(|cipher| {
                let nonce = Nonce::assume_unique_for_key(nonce);
                cipher.seal_in_place_append_tag(nonce, Aad::from(binding), &mut sealed)
            })
            .map_err(|_| Problem::internal(&"an answer could not be sealed"))?;
        Ok([&nonce[..], &sealed].concat())
    }

    /// Opens what was sealed; none where it was sealed with another key, is bound to something else or was altered.
    pub(super) fn open(&self, binding: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
        let (nonce, sealed) = sealed.split_first_chunk::<NONCE>()?;
        let mut text = sealed.to_vec();
        let nonce = Nonce::assume_unique_for_key(*nonce);
        self.cipher().ok()?.open_in_place(nonce, Aad::from(binding), &mut text).ok().map(|text| text.to_vec())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_with_its_key_and_binding_alone() {
        let key = SealingKey::new([7; 32]);
        let sealed = key.seal([1; NONCE], b"this", b"elr_secret").unwrap();
        assert_eq!(key.open(b"this", &sealed).unwrap(), b"elr_secret");
        assert_eq!(key.open(b"that", &sealed), None);
        assert_eq!(SealingKey::new([8; 32]).open(b"this", &sealed), None);
        for at in 0..sealed.len() {
            let mut altered = sealed.clone();
            altered[at] ^= 1;
            assert_eq!(key.open(b"this", &altered), None, "byte {at}");
        }
        assert_eq!(key.open(b"this", b"short"), None);
    }
}
