//! How a word sounds, and how far two words are from each other.
//!
//! Letters that one sound is spelled with in different languages become one sign: `sh`, `sch`, `ch`, `kh`, `ph`. The
//! distance is an edit distance over these signs in which likely slips cost little: a vowel for a vowel, `d` for `t`, a
//! vowel left out of what came from Arabic. Costs are whole hundredths, so a score is the same on every machine.

use std::sync::LazyLock;

use super::latin::Origin;

/// What a full edit costs.
pub(super) const EDIT: u32 = 100;
/// Longer words are compared in this many signs.
const LONGEST: usize = 40;

/// The signs of a word in lower-case Latin letters.
pub(super) fn sounds(word: &str) -> Vec<u8> {
    let mut signs: Vec<u8> = Vec::with_capacity(word.len());
    let mut rest = word.as_bytes();
    while !rest.is_empty() {
        let (sign, taken) = sign(rest, signs.is_empty());
        for one in sign {
            if signs.last() != Some(one) || one.is_ascii_digit() {
                signs.push(*one);
            }
        }
        rest = rest.get(taken..).unwrap_or_default();
        if signs.len() >= LONGEST {
            break;
        }
    }
    signs.truncate(LONGEST);
    signs
}

/// Spellings of one sound; the longest comes first.
const SPELLINGS: &[(&[u8], &[u8])] = &[
    (b"tsch", b"C"),
    (b"dsch", b"J"),
    (b"shch", b"S"),
    (b"sch", b"S"),
    (b"tch", b"C"),
    (b"dzh", b"J"),
    (b"sh", b"S"),
    (b"ch", b"C"),
    (b"kh", b"x"),
    (b"zh", b"Z"),
    (b"ph", b"f"),
    (b"th", b"T"),
    (b"dh", b"D"),
    (b"gh", b"g"),
    (b"ck", b"k"),
    (b"cq", b"k"),
    (b"qu", b"kw"),
    (b"ts", b"c"),
    (b"tz", b"c"),
    (b"cz", b"C"),
    (b"sz", b"S"),
    (b"dj", b"J"),
    (b"dz", b"z"),
    (b"xh", b"J"),
    (b"oo", b"u"),
    (b"ou", b"u"),
    (b"ee", b"i"),
    (b"ce", b"se"),
    (b"ci", b"si"),
    (b"cy", b"sy"),
    (b"c", b"k"),
    (b"q", b"k"),
];

/// The first sound of the rest of a word, and how many letters spell it.
fn sign(rest: &[u8], starts: bool) -> (&[u8], usize) {
    match rest {
        [b'x', ..] if starts && !rest.starts_with(b"xh") => (b"X", 1),
        [b'x', ..] if !rest.starts_with(b"xh") => (b"ks", 1),
        _spelled => SPELLINGS
            .iter()
            .find(|(spelling, _)| rest.starts_with(spelling))
            .map_or((rest.get(..1).unwrap_or_default(), 1), |(spelling, sign)| (*sign, spelling.len())),
    }
}

/// What two signs cost to stand for each other, in hundredths of an edit, both ways.
const NEAR: &[(u8, &[u8], u32)] = &[
    (b'y', b"i", 10),
    (b'e', b"ia", 25),
    (b'o', b"ua", 25),
    (b'i', b"a", 40),
    (b'u', b"aei", 40),
    (b'o', b"ei", 40),
    (b'y', b"aeou", 35),
    (b'j', b"iy", 15),
    (b'j', b"JZg", 25),
    (b'J', b"ZgCz", 35),
    (b'w', b"v", 15),
    (b'w', b"uo", 30),
    (b'v', b"f", 30),
    (b'v', b"bu", 45),
    (b'f', b"pT", 50),
    (b'b', b"p", 40),
    (b'd', b"tD", 40),
    (b'D', b"zT", 35),
    (b't', b"T", 15),
    (b'T', b"s", 35),
    (b'g', b"k", 40),
    (b'g', b"xh", 45),
    (b'k', b"x", 25),
    (b'k', b"h", 70),
    (b'x', b"h", 20),
    (b'C', b"kSc", 40),
    (b'C', b"x", 40),
    (b'c', b"sz", 30),
    (b's', b"z", 25),
    (b's', b"SX", 35),
    (b'S', b"X", 15),
    (b'S', b"Z", 35),
    (b'S', b"x", 50),
    (b'X', b"kCx", 35),
    (b'Z', b"z", 30),
    (b'm', b"n", 60),
    (b'l', b"r", 60),
    (b'k', b"s", 70),
];

/// How many signs a table of costs has room for, a side: ASCII.
const SIGNS: usize = 128;

/// What is cheap between words of given origins.
#[derive(Debug)]
struct Ease {
    /// What a sign costs to be left out, by sign; and at the end of a word.
    out: Vec<u32>,
    last_out: Vec<u32>,
    /// What two signs cost to stand for each other.
    swap: Vec<u32>,
}

impl Ease {
    /// With what a vowel left out costs, the same at the end, what another vowel costs in percent, and `l` for `r`.
    fn new(vowel_out: u32, last_vowel_out: u32, vowel_other: u32, liquid: u32) -> Self {
        let signs = || (0..128_u8).map(char::from);
        let is_vowel = |c: char| matches!(c, 'a' | 'e' | 'i' | 'o' | 'u' | 'y');
        let out = |c: char, of_vowel: u32| match c {
            'h' => 35,
            'y' | 'w' => 45.min(of_vowel + 10),
            _ if is_vowel(c) => of_vowel,
            _consonant => EDIT,
        };
        // Latvian and Lithuanian names end in an s of their own.
        let last_out = |c: char| if c == 's' { 55 } else { out(c, last_vowel_out) };
        let swap = |a: char, b: char| match (a, b) {
            ('l', 'r') | ('r', 'l') => liquid,
            (a, b) if is_vowel(a) && is_vowel(b) => near(a, b) * vowel_other / 100,
            (a, b) => near(a, b),
        };
        Self {
            out: signs().map(|c| out(c, vowel_out)).collect(),
            last_out: signs().map(last_out).collect(),
            swap: signs().flat_map(|a| signs().map(move |b| swap(a, b))).collect(),
        }
    }

    fn between(a: Origin, b: Origin) -> &'static Self {
        static EASES: LazyLock<[Ease; 4]> = LazyLock::new(|| {
            [
                Ease::new(45, 60, 100, 60),
                Ease::new(35, 55, 75, 60),
                Ease::new(25, 25, 60, 25),
                Ease::new(10, 20, 40, 60),
            ]
        });
        let [latin, alphabet, syllables, consonants] = &*EASES;
        match a.max(b) {
            Origin::Latin => latin,
            Origin::Alphabet => alphabet,
            Origin::Syllables => syllables,
            Origin::Consonants => consonants,
        }
    }

    fn swaps(&self, sign: u8) -> &[u32] {
        let at = usize::from(sign) * SIGNS;
        self.swap.get(at..at + SIGNS).unwrap_or_default()
    }

    /// What a sign costs to be left out.
    fn out(&self, sign: u8, is_last: bool) -> u32 {
        at(if is_last { &self.last_out } else { &self.out }, sign)
    }
}

/// What two signs cost to stand for each other, by the table.
fn near(a: char, b: char) -> u32 {
    let found = |one: char, other: char| {
        NEAR.iter().find(|(sign, others, _)| {
            char::from(*sign) == one && others.iter().any(|sign| char::from(*sign) == other)
        })
    };
    if a == b { 0 } else { found(a, b).or_else(|| found(b, a)).map_or(EDIT, |(_, _, cost)| *cost) }
}

fn at(costs: &[u32], sign: u8) -> u32 {
    costs.get(usize::from(sign)).copied().unwrap_or(EDIT)
}

/// How far two words are from each other, in hundredths of an edit; `None` where it is more than `most`.
pub(super) fn distance(a: &[u8], b: &[u8], origins: (Origin, Origin), most: u32) -> Option<u32> {
    let ease = Ease::between(origins.0, origins.1);
    let first_differs = a.first().zip(b.first()).map_or(0, |(a, b)| at(ease.swaps(*a), *b) / 4);
    // The row before the last one, the last one, and the one being made.
    let (mut one, mut two, mut three) = ([0; LONGEST + 1], [0; LONGEST + 1], [0; LONGEST + 1]);
    let (mut older, mut row, mut next) = (&mut one, &mut two, &mut three);
    let mut sum = 0;
    for (cell, (place, sign)) in row.iter_mut().skip(1).zip((1..).zip(b)) {
        sum += ease.out(*sign, place == b.len());
        *cell = sum;
    }
    let (mut sign_before, mut least_before) = (0, 0);
    for (place, sign) in (1..).zip(a) {
        let out = ease.out(*sign, place == a.len());
        let swaps = ease.swaps(*sign);
        let mut left = row.first().copied().unwrap_or_default() + out;
        let mut least = left;
        let mut other_before = 0;
        next.iter_mut().take(1).for_each(|cell| *cell = left);
        let pairs = row.iter().zip(row.iter().skip(1)).zip((1..).zip(b));
        // Two places back, and none at the first sign.
        let swapped = std::iter::once(&u32::MAX).chain(older.iter());
        for ((cell, ((diagonal, up), (place, other))), swapped) in
            next.iter_mut().skip(1).zip(pairs).zip(swapped)
        {
            let out_b = ease.out(*other, place == b.len());
            let mut best = (diagonal + at(swaps, *other)).min(up + out).min(left + out_b);
            if *sign == other_before && sign_before == *other {
                best = best.min(swapped.saturating_add(60));
            }
            *cell = best;
            least = least.min(best);
            left = best;
            other_before = *other;
        }
        if least.min(least_before) + first_differs > most {
            return None;
        }
        least_before = least;
        sign_before = *sign;
        std::mem::swap(&mut older, &mut row);
        std::mem::swap(&mut row, &mut next);
    }
    let distance = row.get(b.len()).copied().unwrap_or_default() + first_differs;
    (distance <= most).then_some(distance)
}

/// The consonants of a word in coarse classes: what remains of it under most slips and romanizations. Empty for a word
/// of vowels alone.
pub(super) fn bones(sounds: &[u8]) -> Vec<u8> {
    let mut bones: Vec<u8> = Vec::with_capacity(sounds.len());
    for (at, sign) in sounds.iter().enumerate() {
        let class = match *sign {
            b'b' | b'p' => b'b',
            b'f' | b'v' => b'f',
            b'w' if at == 0 => b'f',
            b'd' | b't' | b'T' | b'D' => b't',
            b'g' | b'k' | b'x' => b'k',
            b's' | b'z' | b'c' => b's',
            b'S' | b'C' | b'X' => b'S',
            b'j' | b'J' | b'Z' => b'J',
            b'a' | b'e' | b'i' | b'o' | b'u' | b'y' | b'h' | b'w' => continue,
            other => other,
        };
        if bones.last() != Some(&class) || class.is_ascii_digit() {
            bones.push(class);
        }
    }
    bones
}
