//! What a benchmark is asked for on its command line.

use clap::Parser;

/// The settings of a run; none where the program was not asked to measure, as by `cargo test --benches`. What cannot be
/// read ends the program with what is known.
pub(crate) fn asked<T: Parser>() -> Option<T> {
    let mut arguments: Vec<_> = std::env::args_os().collect();
    let all = arguments.len();
    arguments.retain(|argument| argument != "--bench");
    (arguments.len() < all).then(|| T::parse_from(arguments))
}
