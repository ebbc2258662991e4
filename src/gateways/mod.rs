//! Floor 3: outside worlds, formats and calls. A gateway may use domain types, never writes money.
