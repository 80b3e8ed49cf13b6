//! The rules: life cycles, the gate, the clock and the values, over their whole finite domains where they have one.

#![expect(clippy::expect_used, reason = "a test fails by panicking")]

mod assessments;
mod breach;
mod case;
mod country_groups;
mod cover;
mod deadline;
mod due_process;
mod eligibility;
mod gate_checks;
mod gate_measures;
mod gate_properties;
mod gate_thaw;
mod licenses;
mod life_cycles;
mod measures;
mod overrides;
mod pages;
mod policy;
mod precedent;
mod proposals;
mod reasons;
mod replay;
mod reviews;
mod scopes;
mod screening;
mod values;
