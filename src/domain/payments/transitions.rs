//! The life of an attempt as one table. What is not listed changes nothing.

use super::AttemptState::{
    self, Authorized, Cancelled, Created, Expired, Failed, Review, Succeeded, Superseded, Unknown, Waiting,
};

/// What can happen to an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// The provider has it and waits for the customer.
    Accepted,
    /// Money is held.
    Held,
    /// The provider's answer was lost.
    Lost,
    /// Another attempt, a changed sum or a wish to start anew replaces it.
    Replaced,
    /// Paid as asked.
    Paid,
    /// Paid, but not as asked.
    Differs,
    /// A person recorded what differs.
    Reviewed,
    /// A person settled what differs outside: nothing is recorded.
    Dismissed,
    /// Refused.
    Refused,
    /// Cancelled.
    Withdrawn,
    /// Ran out of time.
    RanOut,
}

impl Event {
    /// Every event, for table tests.
    pub const ALL: [Self; 11] = [
        Self::Accepted,
        Self::Held,
        Self::Lost,
        Self::Replaced,
        Self::Paid,
        Self::Differs,
        Self::Reviewed,
        Self::Dismissed,
        Self::Refused,
        Self::Withdrawn,
        Self::RanOut,
    ];
}

/// The state after `event`, or nothing when the event changes nothing.
///
/// Money is never dropped: paid after failed, cancelled, expired or superseded is a success all the same.
#[must_use]
#[allow(clippy::match_same_arms, reason = "the order of the arms is the rule")]
pub fn next(state: AttemptState, event: Event) -> Option<AttemptState> {
    match (state, event) {
        (Review, Event::Reviewed) => Some(Succeeded),
        (Review, Event::Dismissed) => Some(Cancelled),
        (Succeeded | Review, _) | (_, Event::Reviewed | Event::Dismissed) => None,
        (_, Event::Paid) => Some(Succeeded),
        (_, Event::Differs) => Some(Review),
        (Created | Unknown, Event::Accepted) => Some(Waiting),
        (Created | Waiting | Unknown, Event::Held) => Some(Authorized),
        (Created, Event::Lost) => Some(Unknown),
        (Created | Waiting | Authorized | Unknown, Event::Replaced) => Some(Superseded),
        (Created | Waiting | Authorized | Unknown | Superseded, Event::Refused) => Some(Failed),
        (Created | Waiting | Authorized | Unknown | Superseded, Event::Withdrawn) => Some(Cancelled),
        (Created | Waiting | Authorized | Unknown | Superseded, Event::RanOut) => Some(Expired),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn success_is_final() {
        for event in Event::ALL {
            assert_eq!(next(Succeeded, event), None, "{event:?}");
        }
    }

    #[test]
    fn money_is_recorded_whatever_we_thought() {
        for &state in AttemptState::ALL {
            let expected = !matches!(state, Succeeded | Review);
            assert_eq!(next(state, Event::Paid) == Some(Succeeded), expected, "{state}");
        }
    }

    #[test]
    fn an_ended_attempt_does_not_come_back_to_life() {
        for state in [Failed, Cancelled, Expired, Superseded] {
            for event in Event::ALL {
                let after = next(state, event);
                assert!(!after.is_some_and(AttemptState::is_live), "{state} + {event:?} = {after:?}");
            }
        }
    }
}
