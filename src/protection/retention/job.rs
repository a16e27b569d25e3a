//! A run in the serving process: batch after batch, each a scoped transaction of its own, so that access that has ended, or
//! somebody who says stop, ends it. What was destroyed before stays destroyed and is certified.

use super::store;
use crate::access::Permission;
use crate::database::Scope;
use crate::error::Error;
use crate::web::{App, Viewer};
use uuid::Uuid;

/// Begins the work of a run that stands in the database already.
pub fn begin(app: &App, viewer: Viewer, run: Uuid) {
    let stopping = app.background.stopping();
    app.background.spawn(async move {
        let work = async {
            while batch(&viewer, run).await? {}
            Ok::<(), Error>(())
        };
        // A batch at work when the server stops is undone; the run is written down as broken off, with what it did before.
        if let Some(Err(error)) = stopping.run_until_cancelled(work).await {
            tracing::warn!(%run, %error, cause = error.cause(), "a destruction broke off");
        }
    });
}

async fn batch(viewer: &Viewer, run: Uuid) -> Result<bool, Error> {
    let mut scope = viewer.scope_as(Permission::DestroyData, Scope::default()).await?;
    let goes_on = store::batch(&mut scope, run).await?;
    scope.commit().await?;
    Ok(goes_on)
}
