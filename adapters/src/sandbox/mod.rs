//! Both vendors simulated over real HTTP, faults included.
