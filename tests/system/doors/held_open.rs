//! Connections that stall, flood or speak the wrong protocol hold nobody up.
