//! Text cut into words: at blanks, marks, hyphens, and where small letters are followed by a capital.

/// A word as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Piece {
    pub(super) written: String,
    /// The same for pieces that a hyphen or nothing at all held together.
    pub(super) group: u16,
    /// Whether it stands in brackets, or after a stroke: another name, or an addition.
    pub(super) aside: bool,
    /// Whether a full stop follows.
    dotted: bool,
}

impl Piece {
    /// The word and the legal form that is written to it without a blank.
    pub(super) fn without_glued_form(self) -> Vec<Self> {
        let lower = self.written.to_ascii_lowercase();
        let glued = ["company", "corporation", "limited", "incorporated", "gmbh"]
            .iter()
            .find_map(|form| lower.strip_suffix(form));
        match glued.filter(|rest| rest.len() >= 4).and_then(|rest| self.written.split_at_checked(rest.len()))
        {
            Some((name, form)) => {
                let part = |written: &str| Self { written: written.to_owned(), ..self.clone() };
                vec![part(name), part(form)]
            }
            None => vec![self],
        }
    }
}

/// How words are parted.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mark {
    Letter,
    /// Nothing: an apostrophe, or the sign of a hamza.
    Nothing,
    Dot,
    Hyphen,
    Gap,
}

fn mark(c: char) -> Mark {
    match c {
        '\'' | '’' | '‘' | '`' | '´' | 'ʼ' | 'ʻ' | 'ʿ' | 'ʾ' | '‛' | '′' | '"' | '“' | '”' | '«' | '»'
        | '\u{5F3}' | '\u{5F4}' => {
            if matches!(c, '"' | '“' | '”' | '«' | '»') {
                Mark::Gap
            } else {
                Mark::Nothing
            }
        }
        '.' => Mark::Dot,
        '-' | '‐' | '‑' | '–' | '—' | '·' | '・' | '_' | '־' => Mark::Hyphen,
        '@' | '$' => Mark::Letter,
        _ if c.is_alphanumeric() || unicode_normalization::char::is_combining_mark(c) => Mark::Letter,
        _other => Mark::Gap,
    }
}

/// Cuts a text. With `dotted_is_one`, letters with full stops between them are one word: `A.B.C.` is `ABC`.
pub(super) fn pieces(text: &str, dotted_is_one: bool) -> Vec<Piece> {
    let mut cut = Cut::default();
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match mark(c) {
            Mark::Letter => cut.letter(c, rest.peek().copied()),
            // The s of an owner is no part of the name.
            Mark::Nothing => {
                let after: Vec<char> = rest.clone().take(2).collect();
                let ends = after.get(1).is_none_or(|c| !c.is_alphanumeric());
                if matches!(after.first(), Some('s' | 'S')) && ends && cut.now.len() > 3 {
                    rest.next();
                }
            }
            Mark::Dot => cut.end(true),
            Mark::Hyphen => cut.end(false),
            Mark::Gap => {
                cut.end(false);
                cut.group += 1;
                cut.turn(c);
            }
        }
    }
    cut.end(false);
    if dotted_is_one { dotted_as_one(cut.pieces) } else { cut.pieces }
}

#[derive(Default)]
struct Cut {
    now: String,
    group: u16,
    aside: bool,
    pieces: Vec<Piece>,
}

impl Cut {
    /// What brackets and strokes say of what follows.
    fn turn(&mut self, c: char) {
        let long_before = self.pieces.iter().any(|piece| piece.written.chars().count() > 2);
        match c {
            '(' | '[' | '/' | '（' => self.aside = long_before,
            ')' | ']' | '）' => self.aside = false,
            _other => {}
        }
    }

    fn letter(&mut self, c: char, next: Option<char>) {
        // `SergeiLavrov`: a capital, small letters, and another capital with a letter after it.
        let mut letters = self.now.chars();
        let capital_before = letters.next().is_some_and(char::is_uppercase);
        let small_before = letters.clone().count() > 1 && letters.all(char::is_lowercase);
        if capital_before && small_before && c.is_uppercase() && next.is_some_and(char::is_alphabetic) {
            self.end(false);
        }
        let shown = match c {
            '@' => 'a',
            '$' => 's',
            other => other,
        };
        self.now.push(shown);
        if self.now.starts_with("ال")
            && self.now.chars().count() == 2
            && next.is_some_and(char::is_alphabetic)
        {
            self.end(false);
        }
    }

    fn end(&mut self, dotted: bool) {
        if !self.now.is_empty() {
            let written = std::mem::take(&mut self.now);
            self.pieces.push(Piece { written, group: self.group, aside: self.aside, dotted });
        }
    }
}

fn dotted_as_one(pieces: Vec<Piece>) -> Vec<Piece> {
    let mut out: Vec<Piece> = Vec::with_capacity(pieces.len());
    let mut open = false;
    for piece in pieces {
        let single = piece.written.chars().count() == 1;
        let goes_on = open && single;
        open = piece.dotted && (single || goes_on);
        match out.last_mut().filter(|_| goes_on) {
            Some(last) => last.written.push_str(&piece.written),
            None => out.push(piece),
        }
    }
    out
}
