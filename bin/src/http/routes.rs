//! The one place where routes are made: each names who may call it and the parameters of its query as it is added, and is
//! on the list that the tests walk.

use super::Shared;
use super::access;
use super::board;
use super::query;
use crate::config::Right;
use axum::Router;
use axum::handler::Handler;
use axum::http::Method;
use axum::middleware::from_fn_with_state;
use axum::routing::{MethodRouter, get, post};
use std::mem;
use std::sync::Arc;

/// A route, as the tests and the description see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// Its method. A route of `GET` takes `HEAD` too.
    pub method: Method,
    /// Its path, with its parameters in braces: `/v1/work-orders/{work_order}`.
    pub path: String,
    /// Who may call it.
    pub door: Door,
    /// The names of the parameters that its query may have.
    pub parameters: Vec<&'static str>,
}

/// Who may call a route, and by what they are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Door {
    /// Everybody.
    Anybody,
    /// A vendor, known by the signature or the token of its delivery.
    Vendor,
    /// Whoever has a work order's application link.
    LinkHolder,
    /// A person or a service, known by their token, whose role has this right.
    Token(Right),
    /// Everybody, to sign in to the board.
    SignIn,
    /// A person who is signed in to the board.
    Session,
}

impl Door {
    /// Whether a parameter that the route does not name is refused. Vendors, load balancers and the programs in which
    /// contractors read their mail add parameters of their own.
    pub const fn refuses_unknown_parameters(self) -> bool {
        match self {
            Self::Token(_) | Self::SignIn | Self::Session => true,
            Self::Anybody | Self::Vendor | Self::LinkHolder => false,
        }
    }

    /// Whether errors are answered as pages.
    pub(super) const fn shows_pages(self) -> bool {
        match self {
            Self::SignIn | Self::Session => true,
            Self::Anybody | Self::Vendor | Self::LinkHolder | Self::Token(_) => false,
        }
    }
}

/// Routes under construction.
#[derive(Default)]
pub(super) struct Routes(Vec<(Route, MethodRouter<Arc<Shared>>)>);

impl Routes {
    /// A route that answers with what is at an address.
    pub(super) fn get<H, T>(
        self,
        path: &str,
        door: Door,
        parameters: impl IntoIterator<Item = &'static str>,
        handler: H,
    ) -> Self
    where
        H: Handler<T, Arc<Shared>>,
        T: 'static,
    {
        self.with(Method::GET, path, door, parameters, get(handler))
    }

    /// A route that does something; its query has no parameters.
    pub(super) fn post<H, T>(self, path: &str, door: Door, handler: H) -> Self
    where
        H: Handler<T, Arc<Shared>>,
        T: 'static,
    {
        self.with(Method::POST, path, door, [], post(handler))
    }

    fn with(
        mut self,
        method: Method,
        path: &str,
        door: Door,
        parameters: impl IntoIterator<Item = &'static str>,
        handler: MethodRouter<Arc<Shared>>,
    ) -> Self {
        let parameters = parameters.into_iter().collect();
        self.0.push((Route { method, path: path.to_owned(), door, parameters }, handler));
        self
    }

    /// These and those.
    pub(super) fn and(mut self, others: Self) -> Self {
        self.0.extend(others.0);
        self
    }

    /// All of them, in the order in which they were added.
    pub(super) fn list(self) -> Vec<Route> {
        self.0.into_iter().map(|(route, _)| route).collect()
    }

    /// The router, each route behind its door.
    pub(super) fn router(self, shared: &Arc<Shared>) -> Router<Arc<Shared>> {
        let [mut open, mut with_token, mut sign_in, mut pages] = [(); 4].map(|()| Router::new());
        for (route, handler) in self.0 {
            let group = match route.door {
                Door::Anybody | Door::Vendor | Door::LinkHolder => &mut open,
                Door::Token(_) => &mut with_token,
                Door::SignIn => &mut sign_in,
                Door::Session => &mut pages,
            };
            let path = route.path.clone();
            let handler = handler.route_layer(from_fn_with_state(Arc::new(route), query::checked));
            *group = mem::take(group).route(&path, handler);
        }
        open.merge(access::guarded(with_token, shared)).merge(board::guarded(sign_in, pages, shared))
    }
}
