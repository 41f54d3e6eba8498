//! Folding read models anew, up to where they are to be.

use super::{Question, Trouble, fold};
use covertrail_adapters::store::EventStore;
use covertrail_projections::{Checkpoint, Moved, Part, Table, Views};
use std::sync::{Arc, mpsc};

/// What came of folding anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Rebuilt {
    /// How many work orders there are.
    pub work_orders: usize,
    /// How many deliveries.
    pub deliveries: usize,
}

/// Folds the log, as a question has it, and puts what it comes to in the place of what these read models had. `done` hears
/// of how many more events were folded, and `written` of each read model. A part of them is written while the rest of the
/// log is read.
pub async fn rebuild(
    store: &Arc<dyn EventStore>,
    mut views: Views,
    which: Vec<&'static Table>,
    (question, reached): (Question, Checkpoint),
    done: impl Fn(usize) + Send + Sync + Clone + 'static,
    written: impl Fn(&'static Table) + Send + 'static,
) -> Result<(Views, Result<Rebuilt, Moved>), Trouble> {
    let (told, parts) = mpsc::channel();
    let wanted = which.clone();
    let writing = tokio::task::spawn_blocking(move || {
        let mut rebuilt = Rebuilt::default();
        let parts = parts.into_iter().inspect(|part| match part {
            Part::Stories(stories) => rebuilt.work_orders = stories.len(),
            Part::Deliveries(deliveries) => rebuilt.deliveries = deliveries.len(),
            Part::Checklist(_) => {}
        });
        let moved = views.rebuild(&which, parts, reached, written)?;
        Ok((views, moved.map(|()| rebuilt)))
    });
    // who writes no longer listens where writing has failed, and says why
    let told = move |part| drop(told.send(part));
    let folded = fold(store, &wanted, question, reached.position, done, told).await;
    let written = writing.await.map_err(|_| Trouble::Ending)?;
    folded?;
    written
}
