//! Objections of exporters to the refusal of an application, a grant in part, a revocation or a freeze.
//!
//! Table: `objections`. Kept: an act is objected to once; the date decides admissibility, and a person only where an
//! objection is late and says why; nobody decides on an objection to an act that he took part in; an objection that succeeds
//! does what it says to the act, through the gate, in the transaction of the decision; a stay lets nothing be shipped.

mod decide;
mod effect;
mod lodge;
mod model;
mod routes;
mod store;

pub use decide::{admit, decide, find_late, stay, withdraw};
pub use lodge::lodge;
pub use model::{NewObjection, NewObjectionDecision, NewStay, Objection};
pub use routes::room;
