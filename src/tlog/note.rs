//! Signed notes (C2SP signed-note): a text, and the signatures under it, each by a key that has a name.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};
use sha2::{Digest as _, Sha256};

/// A note, a key or a hash that is not written as it should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("is not written as it should be")]
pub struct Malformed;

/// The most signatures that are read of a note.
const MOST_SIGNATURES: usize = 64;
/// What a signature line begins with: an em dash and a space.
const DASH: &str = "\u{2014} ";

/// Whether a key can have this name: no space, no plus sign, no control character, and something.
pub fn is_key_name(name: &str) -> bool {
    let is_fit = |c: char| !c.is_whitespace() && !c.is_control() && c != '+';
    !name.is_empty() && name.chars().all(is_fit)
}

/// What a key signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Algorithm {
    /// Ed25519 over the text of the note: the key of a log.
    Ed25519,
    /// Ed25519 over the text with the time (C2SP tlog-cosignature): the key of a witness.
    Cosignature,
}

impl Algorithm {
    const fn byte(self) -> u8 {
        match self {
            Self::Ed25519 => 0x01,
            Self::Cosignature => 0x04,
        }
    }
}

/// A public key with its name.
#[derive(Clone, PartialEq, Eq)]
pub struct VerifierKey {
    name: String,
    algorithm: Algorithm,
    public: [u8; 32],
}

impl VerifierKey {
    /// The name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What signatures name the key by, beside its name.
    pub fn id(&self) -> [u8; 4] {
        let digest: [u8; 32] = Sha256::new()
            .chain_update(&self.name)
            .chain_update([b'\n', self.algorithm.byte()])
            .chain_update(self.public)
            .finalize()
            .into();
        let [a, b, c, d, ..] = digest;
        [a, b, c, d]
    }

    /// Whether the key is one of a witness.
    pub fn is_of_witness(&self) -> bool {
        self.algorithm == Algorithm::Cosignature
    }

    /// The signature of this key under a note, if there is one and it is right.
    pub fn verified<'n>(&self, note: &'n Note) -> Option<&'n NoteSignature> {
        let id = self.id();
        note.signatures
            .iter()
            .find(|by| by.name == self.name && by.id == id && self.signed(&note.text, &by.bytes))
    }

    fn signed(&self, text: &str, signature: &[u8]) -> bool {
        let key = UnparsedPublicKey::new(&ED25519, self.public);
        match self.algorithm {
            Algorithm::Ed25519 => key.verify(text.as_bytes(), signature).is_ok(),
            Algorithm::Cosignature => {
                let Some((time, signature)) = signature.split_first_chunk::<8>() else { return false };
                let time = u64::from_be_bytes(*time);
                key.verify(format!("cosignature/v1\ntime {time}\n{text}").as_bytes(), signature).is_ok()
            }
        }
    }
}

impl fmt::Display for VerifierKey {
    /// Writes the key as a vkey: `<name>+<id>+<base64 of the algorithm and the key>`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut bytes = vec![self.algorithm.byte()];
        bytes.extend(self.public);
        write!(f, "{}+{}+{}", self.name, hex::encode(self.id()), STANDARD.encode(bytes))
    }
}

impl fmt::Debug for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for VerifierKey {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        let (name, rest) = text.split_once('+').ok_or(Malformed)?;
        let (id, bytes) = rest.split_once('+').ok_or(Malformed)?;
        let bytes = STANDARD.decode(bytes).map_err(|_| Malformed)?;
        let (algorithm, public) = bytes.split_first().ok_or(Malformed)?;
        let known = [Algorithm::Ed25519, Algorithm::Cosignature].into_iter();
        let algorithm = known.into_iter().find(|known| known.byte() == *algorithm).ok_or(Malformed)?;
        let public = public.try_into().map_err(|_| Malformed)?;
        let key = Self { name: name.to_owned(), algorithm, public };
        if is_key_name(name) && hex::encode(key.id()) == id { Ok(key) } else { Err(Malformed) }
    }
}

/// A private key with its name. It is never written.
pub struct Signer {
    key: VerifierKey,
    pair: Ed25519KeyPair,
}

impl Signer {
    /// The key of a log, made of 32 secret bytes.
    pub fn of_log(name: &str, seed: &[u8; 32]) -> Result<Self, Malformed> {
        let pair = Ed25519KeyPair::from_seed_unchecked(seed).map_err(|_| Malformed)?;
        let public = pair.public_key().as_ref().try_into().map_err(|_| Malformed)?;
        let key = VerifierKey { name: name.to_owned(), algorithm: Algorithm::Ed25519, public };
        if is_key_name(name) { Ok(Self { key, pair }) } else { Err(Malformed) }
    }

    /// The public key.
    pub fn key(&self) -> &VerifierKey {
        &self.key
    }

    /// Signs a text that ends with a new line.
    pub fn sign(&self, text: &str) -> NoteSignature {
        let bytes = self.pair.sign(text.as_bytes()).as_ref().to_vec();
        NoteSignature { name: self.key.name.clone(), id: self.key.id(), bytes }
    }
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signer({})", self.key)
    }
}

/// A signature under a note.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoteSignature {
    name: String,
    id: [u8; 4],
    /// What the key made; of a witness, the time goes before it.
    pub(super) bytes: Vec<u8>,
}

impl fmt::Display for NoteSignature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = [self.id.as_slice(), &self.bytes].concat();
        writeln!(f, "{DASH}{} {}", self.name, STANDARD.encode(bytes))
    }
}

impl FromStr for NoteSignature {
    type Err = Malformed;

    /// Reads a signature line without its new line.
    fn from_str(line: &str) -> Result<Self, Malformed> {
        let (name, bytes) = line.strip_prefix(DASH).and_then(|rest| rest.split_once(' ')).ok_or(Malformed)?;
        let bytes = STANDARD.decode(bytes).map_err(|_| Malformed)?;
        let (id, bytes) = bytes.split_first_chunk::<4>().ok_or(Malformed)?;
        if !is_key_name(name) || bytes.is_empty() {
            return Err(Malformed);
        }
        Ok(Self { name: name.to_owned(), id: *id, bytes: bytes.to_vec() })
    }
}

/// A text with its signatures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// What is signed; it ends with a new line.
    pub text: String,
    /// By whom.
    pub signatures: Vec<NoteSignature>,
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.text)?;
        self.signatures.iter().try_for_each(|signature| signature.fmt(f))
    }
}

impl FromStr for Note {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        let end = text.rfind("\n\n").ok_or(Malformed)?;
        let (body, signatures) = text.split_at_checked(end + 1).ok_or(Malformed)?;
        let signatures =
            signatures.strip_prefix('\n').and_then(|lines| lines.strip_suffix('\n')).ok_or(Malformed)?;
        if text.chars().any(|c| c.is_control() && c != '\n') || signatures.lines().count() > MOST_SIGNATURES {
            return Err(Malformed);
        }
        let signatures: Vec<_> = signatures.split('\n').map(str::parse).collect::<Result<_, _>>()?;
        Ok(Self { text: body.to_owned(), signatures })
    }
}
