//! Operations: bulk acts that are asked for once and carried out in batches.

use super::vocabulary;

vocabulary! {
    /// What is carried out.
    Kind {
        /// A measure that came into force.
        MeasureExecution,
        /// An amendment that came into force: what it newly touches and what it releases.
        MeasureAmendment,
        /// A measure that was lifted or lapsed.
        MeasureRelease,
        /// The end of the period in which a measure requires a declaration.
        DeclarationDeadline,
        /// Orders of revocation.
        RevocationOrders,
    }
}

vocabulary! {
    /// How far an operation is. It is tried again after a fault until it succeeds.
    Status { Queued, Running, Succeeded }
}

vocabulary! {
    /// What is done to each resource of a batch.
    Task { Freeze, IntendRevocation, RequireDeclaration, AddCondition, Release, OrderRevocation }
}
