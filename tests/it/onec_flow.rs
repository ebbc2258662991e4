//! onec_flow
