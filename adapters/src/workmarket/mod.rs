//! WorkMarket: its work orders and workers, read over HTTP.
