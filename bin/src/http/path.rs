//! The parameters of a path, each read into a type of its own: what is none of its kind reaches no handler.

use super::board::not_found;
use super::problem;
use crate::config::SubscriberName;
use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;
use covertrail_adapters::webhook::delivery::DeliveryName;
use covertrail_domain::id::{ContractorId, DocumentId, WorkOrderId};

/// A value that stands in a path.
pub(super) trait PathValue: Sized {
    /// Reads it, or says what is wrong with it.
    fn read(text: &str) -> Result<Self, String>;
}

macro_rules! ids {
    ($($id:ident)+) => {$(
        impl PathValue for $id {
            fn read(text: &str) -> Result<Self, String> {
                Self::parse(text).map_err(|error| error.to_string())
            }
        }
    )+};
}

ids! { WorkOrderId ContractorId DocumentId SubscriberName }

impl PathValue for DeliveryName {
    fn read(text: &str) -> Result<Self, String> {
        Self::parse(text).ok_or_else(|| "is no name of a delivery".to_owned())
    }
}

/// The parameter of a path of `/v1`: what is none is 400 with its name.
pub(super) struct ApiPath<T>(pub(super) T);

impl<S: Sync, T: PathValue> FromRequestParts<S> for ApiPath<T> {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Response> {
        let texts = texts(parts).await;
        let (name, text) = texts.first().ok_or_else(|| problem(StatusCode::BAD_REQUEST, NOT_UTF_8))?;
        let value = T::read(text);
        value.map(Self).map_err(|why| problem(StatusCode::BAD_REQUEST, &format!("{name}: {why}")))
    }
}

/// The parameter of a page's path: where it is none, there is no such page.
pub(super) struct PagePath<T>(pub(super) T);

impl<S: Sync, T: PathValue> FromRequestParts<S> for PagePath<T> {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Response> {
        let texts = texts(parts).await;
        texts.first().and_then(|(_, text)| T::read(text).ok()).map(Self).ok_or_else(not_found)
    }
}

/// The two parameters of a page's path.
pub(super) struct PagePaths<T, U>(pub(super) T, pub(super) U);

impl<S: Sync, T: PathValue, U: PathValue> FromRequestParts<S> for PagePaths<T, U> {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Response> {
        let texts = texts(parts).await;
        let read = |place: usize| texts.get(place).map(|(_, text)| text.as_str());
        let first = read(0).and_then(|text| T::read(text).ok());
        let second = read(1).and_then(|text| U::read(text).ok());
        first.zip(second).map(|(first, second)| Self(first, second)).ok_or_else(not_found)
    }
}

const NOT_UTF_8: &str = "the path is not UTF-8";

/// The parameters by their names, decoded; none where one is not UTF-8.
async fn texts(parts: &mut Parts) -> Vec<(String, String)> {
    let read = RawPathParams::from_request_parts(parts, &()).await;
    read.iter().flatten().map(|(name, text)| (name.to_owned(), text.to_owned())).collect()
}
