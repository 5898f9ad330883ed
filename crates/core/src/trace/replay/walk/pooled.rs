//! Pools: what leaves one carries its share of everything in it, whatever the rule of the run.
//!
//! As at a sink, taint that arrives is kept one part a class; what the pool holds beyond it is clean.

use super::super::super::outcome::Grade;
use super::super::event::Event;
use super::Walk;
use crate::rules::shares::divide;
use crate::rules::{Store, Units};

impl<S: Store<U>, U: Units> Walk<'_, S, U> {
    /// Takes a payment out of a pool, into `parts`, empty where all is clean. What it lacks is a gap, and clean.
    #[cold]
    pub(super) fn pay_out(&mut self, event: &Event<U>) -> Grade {
        let Event { value, from_held, from, .. } = *event;
        let Some(classes) = self.sunk.get_mut(&from) else { return Grade::Fact };
        let balance = from_held.max(value);
        let units = |parts: &[crate::rules::Part<U>]| {
            let tainted = parts.iter().filter(|part| !part.is_clean());
            tainted.fold(U::ZERO, |sum, part| sum.plus(part.units))
        };
        let before = units(classes);
        divide(classes, value, balance.minus(before), balance, &mut self.parts);
        let after = units(classes);
        let sum = self.parts.iter().fold(U::ZERO, |sum, part| sum.plus(part.units));
        assert!(sum == value, "a payment's parts sum to its value");
        assert!(units(&self.parts).plus(after) == before, "a pool loses the taint that leaves it");
        assert!(after <= balance.minus(value), "taint is at most the balance");
        let left = &mut self.held[from as usize].grade;
        if after.is_zero() {
            *left = Grade::Fact;
            self.sunk.remove(&from);
        } else {
            *left = Grade::Inferred;
        }
        Grade::Inferred
    }
}
