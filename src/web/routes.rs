//! The only way to add a route: the permission comes with the path.

use super::{App, guard};
use crate::access::Permission;
use axum::handler::Handler;
use axum::http::Method;
use axum::middleware::from_fn_with_state;
use axum::routing::{MethodRouter, on};

/// A route as the matrix test walks it.
#[derive(Debug, Clone)]
pub struct RouteInfo {
    /// The method.
    pub method: Method,
    /// The path's pattern.
    pub path: &'static str,
    /// What it asks for.
    pub permission: Permission,
}

/// Routes being gathered.
pub struct Routes {
    app: App,
    router: axum::Router<App>,
    list: Vec<RouteInfo>,
}

impl Routes {
    pub(super) fn new(app: App) -> Self {
        Routes { app, router: axum::Router::new(), list: Vec::new() }
    }

    /// A page or an answer to read.
    pub fn get<H, T>(self, path: &'static str, permission: Permission, handler: H) -> Self
    where
        H: Handler<T, App>,
        T: 'static,
    {
        self.add(Method::GET, path, permission, handler)
    }

    /// A form or JSON that changes something.
    pub fn post<H, T>(self, path: &'static str, permission: Permission, handler: H) -> Self
    where
        H: Handler<T, App>,
        T: 'static,
    {
        self.add(Method::POST, path, permission, handler)
    }

    /// A thing put under an id that its sender made.
    pub fn put<H, T>(self, path: &'static str, permission: Permission, handler: H) -> Self
    where
        H: Handler<T, App>,
        T: 'static,
    {
        self.add(Method::PUT, path, permission, handler)
    }

    /// Something ended.
    pub fn delete<H, T>(self, path: &'static str, permission: Permission, handler: H) -> Self
    where
        H: Handler<T, App>,
        T: 'static,
    {
        self.add(Method::DELETE, path, permission, handler)
    }

    fn add<H, T>(mut self, method: Method, path: &'static str, permission: Permission, handler: H) -> Self
    where
        H: Handler<T, App>,
        T: 'static,
    {
        let guard = guard::Guard { app: self.app.clone(), permission, route: path };
        let Ok(filter) = method.clone().try_into() else {
            return self;
        };
        let guarded: MethodRouter<App> = on(filter, handler).layer(from_fn_with_state(guard, guard::check));
        self.router = self.router.route(path, guarded);
        self.list.push(RouteInfo { method, path, permission });
        self
    }

    /// Every route, for the test that walks them all.
    pub fn list(&self) -> &[RouteInfo] {
        &self.list
    }

    pub(super) fn into_router(self) -> axum::Router<App> {
        self.router
    }
}
