//! Floor 2: the rules of the house. Functions take a connection inside somebody's transaction; they never commit, call
//! out or read a clock.

pub mod journal;

pub mod staff;
