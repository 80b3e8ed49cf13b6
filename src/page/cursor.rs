//! Cursors: where a page ended, signed, and bound to the list and the filters that it was a page of.
//!
//! A cursor is the identifier of the last item with a message authentication code (HMAC-SHA-256, RFC 2104, the first
//! 128 bits). One that was altered, or that belongs to another list or to other filters, is refused: what it would
//! show is no page of what was asked.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use subtle::ConstantTimeEq as _;
use uuid::Uuid;

/// Bytes of the code that are sent.
const CODE: usize = 16;

/// The key that cursors are signed with.
#[derive(Clone, Copy)]
pub struct CursorKey([u8; 32]);

/// The key of one list with its filters.
#[derive(Clone, Copy)]
pub(crate) struct Seal([u8; 32]);

impl std::fmt::Debug for CursorKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("CursorKey(…)")
    }
}

impl std::fmt::Debug for Seal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Seal(…)")
    }
}

/// The code of parts, each told from the next by its length.
fn code(key: &[u8; 32], parts: &[&[u8]]) -> [u8; 32] {
    // A key shorter than a block is filled up with zeros (RFC 2104, section 2).
    let mut block = [0; 64];
    block.iter_mut().zip(key).for_each(|(to, from)| *to = *from);
    let mut mac = Hmac::<Sha256>::new(&block.into());
    for part in parts {
        mac.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

impl CursorKey {
    /// From random bytes.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The seal of the list at a path with these filters, in whatever order they were named.
    pub(crate) fn seal(&self, path: &str, filters: &[(String, String)]) -> Seal {
        let mut filters: Vec<_> = filters.iter().collect();
        filters.sort();
        let pairs = filters.iter().flat_map(|(name, value)| [name.as_bytes(), value.as_bytes()]);
        let parts: Vec<&[u8]> = std::iter::once(path.as_bytes()).chain(pairs).collect();
        Seal(code(&self.0, &parts))
    }
}

impl Seal {
    /// The cursor after the item with this identifier.
    pub(super) fn close(&self, key: Uuid) -> String {
        let code = code(&self.0, &[key.as_bytes()]);
        let bytes: Vec<u8> = key.as_bytes().iter().chain(code.iter().take(CODE)).copied().collect();
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// The identifier in a cursor; `None` unless it was closed with this seal.
    pub(super) fn open(&self, cursor: &str) -> Option<Uuid> {
        let bytes = URL_SAFE_NO_PAD.decode(cursor).ok()?;
        let key = Uuid::from_slice(bytes.get(..16)?).ok()?;
        let right = self.close(key);
        bool::from(right.as_bytes().ct_eq(cursor.as_bytes())).then_some(key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(of: &[(&str, &str)]) -> Vec<(String, String)> {
        of.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn a_cursor_opens_under_its_own_list_and_filters_alone() {
        let key = CursorKey::new([7; 32]);
        let id = Uuid::from_u128(0x0192_0000_0000_7000_8000_0000_0000_0001);
        let own = key.seal("/v1/licenses", &pairs(&[("status", "active"), ("kind", "export")]));
        let cursor = own.close(id);
        assert_eq!(own.open(&cursor), Some(id));
        let reordered = key.seal("/v1/licenses", &pairs(&[("kind", "export"), ("status", "active")]));
        assert_eq!(reordered.open(&cursor), Some(id), "the order of filters says nothing");
        for other in [
            key.seal("/v1/applications", &pairs(&[("status", "active"), ("kind", "export")])),
            key.seal("/v1/licenses", &pairs(&[("status", "active")])),
            key.seal("/v1/licenses", &pairs(&[("status", "activekind"), ("export", "")])),
            key.seal("/v1/licenses", &pairs(&[("status", "frozen"), ("kind", "export")])),
            CursorKey::new([8; 32]).seal("/v1/licenses", &pairs(&[("status", "active"), ("kind", "export")])),
        ] {
            assert_eq!(other.open(&cursor), None);
        }
    }

    #[test]
    fn no_single_bit_of_a_cursor_can_be_changed() {
        let seal = CursorKey::new([7; 32]).seal("/v1/licenses", &[]);
        let cursor = seal.close(Uuid::from_u128(42));
        let bytes = URL_SAFE_NO_PAD.decode(&cursor).unwrap_or_default();
        assert_eq!(bytes.len(), 32);
        for bit in 0..256 {
            let changed: Vec<u8> = bytes
                .iter()
                .enumerate()
                .map(|(at, byte)| if at == bit / 8 { byte ^ (1 << (bit % 8)) } else { *byte })
                .collect();
            assert_eq!(seal.open(&URL_SAFE_NO_PAD.encode(changed)), None, "bit {bit}");
        }
        for broken in ["", "x", "AAAA", &format!("{cursor}A"), &format!("{cursor}="), &cursor[..40]] {
            assert_eq!(seal.open(broken), None);
        }
    }

    #[test]
    fn no_key_is_shown() {
        let key = CursorKey::new([7; 32]);
        assert_eq!(format!("{key:?} {:?}", key.seal("/", &[])), "CursorKey(…) Seal(…)");
    }
}
