//! One work order's coverage lifecycle.

mod certificate;
mod command;
mod decide;
mod event;
mod evidence;
mod evolve;
mod next;
mod rejection;
mod stage;
mod standing;
mod state;
mod terms;

pub use certificate::{Certificate, CertificateStatus, Decision, Opinion, Verdict, View};
pub use command::{Command, Reported, Ruling};
pub use event::{Event, Noticed};
pub use evidence::{Change, Evidence, Grant, Holding, Report};
pub use next::{Action, Call, Step};
pub use rejection::Rejection;
pub use stage::Stage;
pub use standing::{Badge, Standing};
pub use state::{
    Assignment, Basis, Blocked, Coverage, Fate, Path, Post, Quote, Settlement, State, Waiver, Work,
};
pub use terms::{BindOn, Cover, Round, Terms, Wage};
