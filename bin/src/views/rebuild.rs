//! Folding read models anew, up to where they are to be.

use super::{Question, Trouble, fold};
use covertrail_adapters::store::EventStore;
use covertrail_projections::{Checkpoint, Moved, Table, Views};
use std::sync::Arc;

/// What came of folding anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rebuilt {
    /// How many work orders there are.
    pub work_orders: usize,
    /// How many deliveries.
    pub deliveries: usize,
}

/// Folds the log up to a position and puts what it comes to in the place of what these read models had. `done` hears of how
/// many more events were folded, and `written` of each read model.
pub async fn rebuild(
    store: &Arc<dyn EventStore>,
    mut views: Views,
    which: Vec<&'static Table>,
    reached: Checkpoint,
    done: impl Fn(usize) + Send + Sync + Clone + 'static,
    written: impl Fn(&'static Table) + Send + 'static,
) -> Result<(Views, Result<Rebuilt, Moved>), Trouble> {
    let folded = fold(store, Question::NOW, reached.position, done).await?;
    let writing = tokio::task::spawn_blocking(move || {
        let moved = views.rebuild(&which, folded.whole(), reached, written)?;
        let rebuilt = Rebuilt { work_orders: folded.stories.len(), deliveries: folded.deliveries.len() };
        // to let go of so much takes a while, for which nobody need wait
        std::thread::spawn(move || drop(folded));
        Ok((views, moved.map(|()| rebuilt)))
    });
    writing.await.map_err(|_| Trouble::Ending)?
}
