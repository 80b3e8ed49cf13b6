//! Consignees: whom the goods pass to, or through whose hands the deal goes, on their way to the end user.
//!
//! Tables: `consignees`, `application_consignees`. Kept: an entry belongs to the exporter that named it, and no other
//! exporter sees it. An entry is what is screened of a party, and is never edited: who is named alike again, in whatever
//! application of the exporter, is the same entry, so that work on its hits is done once, and another name is another
//! party. Whom an application names stands once it is filed. The name and address of an individual are personal data:
//! they stand in these tables only, not in any history or the audit log.

mod model;
mod name;
mod routes;
mod store;

pub use model::{NamedConsignee, NewConsignee};
pub use name::{Told, check, name};
pub use routes::room;
pub use store::{Facts, facts};
