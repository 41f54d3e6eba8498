//! A list, a page at a time: as it stands now from the read models' file, as it was at any moment from a fold of the log.

use super::asked::Asked;
use super::listings::{Keeps, Listing};
use super::{Shared, bad, cursor, json, problem, troubled};
use crate::http::Who;
use crate::http::query::Parameters;
use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use covertrail_adapters::store::Position;
use covertrail_projections::{
    Cell, Checkpoint, Query, Reader, Row, Rows, ViewsError, Where, row_as_json, tables,
};
use std::sync::{Arc, PoisonError};
use std::time::Duration;

/// How long a reader who wants to see its own write waits for it.
const PATIENCE: Duration = Duration::from_secs(10);

/// The names of a list's parameters.
pub(super) fn parameters(listing: &'static Listing) -> impl Iterator<Item = &'static str> {
    let filters = listing.filters.iter().map(|filter| filter.name);
    filters.chain(["after", "limit", "min_position", "as_of", "known_at"])
}

/// `GET /v1/<list>`
pub(super) async fn list(
    listing: &'static Listing,
    State(shared): State<Arc<Shared>>,
    Extension(who): Extension<Who>,
    Parameters(pairs): Parameters,
) -> Response {
    let asked = match Asked::of(listing, &pairs) {
        Ok(asked) => asked,
        Err(why) => return bad(&why),
    };
    let after = match asked
        .after
        .as_deref()
        .map(|after| cursor::read(listing.table, &query(listing, &asked, None), after))
    {
        Some(None) => {
            return problem(
                StatusCode::UNPROCESSABLE_ENTITY,
                "after: is no place in this list; take the `next` of a page of it",
            );
        }
        Some(after) => after,
        None => None,
    };
    if let Some(position) = asked.min_position
        && !reaches(&shared, position).await
    {
        let late = format!("the read models have not come to position {position} yet; try again");
        return problem(StatusCode::PRECONDITION_FAILED, &late);
    }
    if asked.question == crate::views::Question::NOW {
        now(listing, &shared, asked, after).await
    } else if matches!(listing.table.rows, Rows::OfDelivery(_) | Rows::OfLog(_))
        && asked.question.as_of.is_some()
    {
        bad("as_of: this list knows of no other moment; known_at asks for what it was")
    } else {
        match shared.costly.enter(&who.name).await {
            Ok(_place) => then(listing, &shared, asked, after).await,
            Err(too_many) => too_many.into(),
        }
    }
}

/// Whether the read models come to a position; not where nobody has written that far.
async fn reaches(shared: &Shared, position: u64) -> bool {
    let hub = shared.models.hub();
    let is_written = async || {
        let head = shared.models.store().head().await;
        head.is_ok_and(|head| head.map_or(0, Position::get) >= position)
    };
    hub.progress().position >= position || (is_written().await && hub.reaches(position, PATIENCE).await)
}

async fn now(
    listing: &'static Listing,
    shared: &Shared,
    asked: Asked,
    after: Option<Row<'static>>,
) -> Response {
    let read = move |reader: &mut Reader| {
        reader.snapshot(|reader| {
            let Some(reached) = reader.checkpoint(stored(listing))? else { return Ok(None) };
            page(reader, listing, &asked, after, reached).map(Some)
        })
    };
    match shared.models.read(read).await {
        Ok(Some(page)) => json(page),
        Err(trouble) if shared.models.hub().progress().is_caught_up => troubled(&trouble),
        Ok(None) | Err(_) => {
            problem(StatusCode::SERVICE_UNAVAILABLE, "the read models are still being folded")
        }
    }
}

async fn then(
    listing: &'static Listing,
    shared: &Shared,
    asked: Asked,
    after: Option<Row<'static>>,
) -> Response {
    let views = match shared.models.then(stored(listing), asked.question).await {
        Ok(answer) => answer,
        Err(trouble) => return troubled(&trouble),
    };
    let reading = tokio::task::spawn_blocking(move || {
        let views = views.lock().unwrap_or_else(PoisonError::into_inner);
        let reached = views.checkpoint(stored(listing))?;
        reached.map(|reached| page(&views, listing, &asked, after, reached)).transpose()
    });
    match reading.await {
        Ok(Ok(Some(page))) => json(page),
        Ok(Err(error)) => troubled(&error.into()),
        Ok(Ok(None)) | Err(_) => troubled(&crate::views::Trouble::Ending),
    }
}

/// The read model whose checkpoint tells how far the list is.
fn stored(listing: &Listing) -> &'static covertrail_projections::Table {
    match listing.table.rows {
        Rows::OfBoard { .. } => &tables::BOARD,
        Rows::OfStory(_) | Rows::OfDelivery(_) | Rows::OfLog(_) => listing.table,
    }
}

/// The query that was asked for.
pub(super) fn query<'a>(listing: &'a Listing, asked: &'a Asked, after: Option<Row<'a>>) -> Query<'a> {
    let condition = |(keeps, value): &'a (Keeps, Cell<'static>)| match (keeps, value) {
        (Keeps::Is(column), value) => Where::Is(column, value.clone()),
        (Keeps::Stands, value) => Where::Is("urgency", value.clone()),
        (Keeps::UpTo(column), value) => Where::UpTo(column, value.clone()),
        (Keeps::From(column), value) => Where::From(column, value.clone()),
        (Keeps::Says(columns), Cell::Text(text)) => Where::Says(columns, text),
        (Keeps::Says(columns), Cell::Nothing | Cell::Number(_)) => Where::Says(columns, ""),
    };
    Query {
        wheres: asked.wheres.iter().map(condition).collect(),
        order: listing.order,
        descending: listing.descending,
        after,
        limit: asked.limit,
    }
}

fn page(
    reader: &Reader,
    listing: &Listing,
    asked: &Asked,
    after: Option<Row<'_>>,
    reached: Checkpoint,
) -> Result<String, ViewsError> {
    // one more than asked for tells whether there is a next page
    let query = Query { limit: asked.limit.saturating_add(1), ..query(listing, asked, after) };
    let (mut items, mut next, mut count) = (String::new(), "null".to_owned(), 0_usize);
    let mut last: Option<String> = None;
    reader.each(listing.table, &query, |row| {
        count = count.saturating_add(1);
        if count > asked.limit {
            next = last.take().map_or_else(|| "null".to_owned(), |place| format!("\"{place}\""));
            return false;
        }
        if count > 1 {
            items.push(',');
        }
        items.push_str(&row_as_json(listing.table, &row));
        if count == asked.limit {
            last = Some(cursor::of(listing.table, &query, &row));
        }
        true
    })?;
    let Checkpoint { position, at } = reached;
    Ok(format!("{{\"position\":{position},\"at\":{},\"items\":[{items}],\"next\":{next}}}", at.unix()))
}
