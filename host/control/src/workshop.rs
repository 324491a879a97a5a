//! The warm builds: everybody's, done in the background while the page answers already, and the shelf's, done when a feature
//! first names a crate of it.

use crate::app::{App, WarmStatus};
use kandra_gate::{Gate, GateConfig, GateError, Shelf, Source, StageFailure, WarmProgress, Workshop};
use kandra_jail::{Cancel, LayerReport};
use kandra_model::EventBody;
use std::{
    sync::{Arc, OnceLock},
    time::Duration,
};
use tokio::sync::{Mutex, mpsc, watch};

/// How long after a failure the warm build is tried again.
const AGAIN: Duration = Duration::from_secs(60);

/// Where kandra.db keeps the crates that the owner added.
pub(crate) const SHELF: &str = "shelf";

/// What can be built with, as far as it is there.
pub(crate) struct WorkshopState {
    gate: OnceLock<Gate>,
    status: watch::Sender<WarmStatus>,
    layers: OnceLock<Vec<LayerReport>>,
    /// The shelf's warm build, while there is one.
    shelf: watch::Sender<WarmStatus>,
    /// Held while the shelf is built; whoever comes second finds it done.
    shelving: Mutex<()>,
    /// Ends warm builds with the server.
    ending: OnceLock<Cancel>,
}

impl Default for WorkshopState {
    fn default() -> Self {
        Self {
            gate: OnceLock::new(),
            status: watch::Sender::new(WarmStatus::default()),
            layers: OnceLock::new(),
            shelf: watch::Sender::default(),
            shelving: Mutex::default(),
            ending: OnceLock::new(),
        }
    }
}

impl WorkshopState {
    /// The gates, once the toolchain is found; they can check, and build once [`WarmStatus::finished`].
    pub(crate) fn gate(&self) -> Option<Gate> {
        self.gate.get().cloned()
    }

    /// Gates that can check and not build.
    #[cfg(test)]
    pub(crate) fn pretend(&self, gate: Gate) {
        self.gate.get_or_init(|| gate);
        self.status.send_modify(|_| ());
    }

    /// How the warm build stands.
    pub(crate) fn status(&self) -> WarmStatus {
        self.status.borrow().clone()
    }

    /// Changes of it.
    pub(crate) fn watch(&self) -> watch::Receiver<WarmStatus> {
        self.status.subscribe()
    }

    /// How the shelf's warm build stands.
    pub(crate) fn shelf_status(&self) -> WarmStatus {
        self.shelf.borrow().clone()
    }

    /// Waits until this crate can be built: does the shelf's warm build when the crate names one of it.
    pub(crate) async fn ready_for(&self, gate: &Gate, source: &Source) -> Result<(), StageFailure> {
        if gate.is_warm_for(source) {
            return Ok(());
        }
        let source = source.clone();
        self.shelve(gate, move |gate, cancel, progress| gate.warm_for(&source, cancel, progress)).await
    }

    /// Builds a shelf, one at a time, and tells how far it is.
    pub(crate) async fn shelve(
        &self,
        gate: &Gate,
        build: impl FnOnce(&Gate, &Cancel, &dyn Fn(WarmProgress)) -> Result<(), StageFailure> + Send + 'static,
    ) -> Result<(), StageFailure> {
        let _one = self.shelving.lock().await;
        let (gate, cancel) = (gate.clone(), self.ending.get().cloned().unwrap_or_default());
        let status = self.shelf.clone();
        let progress = move |step: WarmProgress| {
            status.send_replace(WarmStatus { finished: false, done: step.done, total: step.total, failure: None });
        };
        let built = tokio::task::spawn_blocking(move || build(&gate, &cancel, &progress)).await;
        let built = built.unwrap_or_else(|panic| Err(GateError::Child(format!("the shelf's build panicked: {panic}")).into()));
        self.shelf.send_modify(|status| match &built {
            Ok(()) => *status = WarmStatus { finished: true, done: status.total, total: status.total, failure: None },
            Err(failure) => status.failure = Some(failure.to_string()),
        });
        built
    }

    /// The jail's layers on this machine, once they were tried.
    pub(crate) fn layers(&self) -> Vec<LayerReport> {
        self.layers.get().cloned().unwrap_or_default()
    }

    /// Waits until the toolchain is found.
    pub(crate) async fn found(&self) -> Gate {
        let mut status = self.status.subscribe();
        loop {
            if let Some(gate) = self.gate() {
                return gate;
            }
            if status.changed().await.is_err() {
                std::future::pending::<()>().await;
            }
        }
    }

    /// Waits until builds can run.
    pub(crate) async fn ready(&self) -> Gate {
        let mut status = self.status.subscribe();
        if status.wait_for(|status| status.finished).await.is_err() {
            std::future::pending::<()>().await;
        }
        self.found().await
    }
}

/// Finds the toolchain, proves the jail and does the warm build; again and again until it is done.
pub(crate) async fn warm(app: Arc<App>, cancel: Cancel) {
    let exe = app.config().exe.clone();
    if let Ok(layers) = tokio::task::spawn_blocking(move || kandra_jail::prove_layers(&exe)).await {
        for layer in layers.iter().filter(|layer| layer.required && !layer.holds) {
            tracing::error!(layer = layer.layer.as_str(), evidence = layer.evidence, "a required layer of the jail does not hold");
        }
        // Set once: this task runs once.
        let _ = app.workshop().layers.set(layers);
    }
    // Set once: this task runs once.
    let _ = app.workshop().ending.set(cancel.clone());
    loop {
        match attempt(&app, &cancel).await {
            Ok(()) => return,
            Err(_) if cancel.is_cancelled() => return,
            Err(failure) => {
                tracing::error!(%failure, "the warm build failed");
                set(&app, |status| status.failure = Some(failure)).await;
                tokio::time::sleep(AGAIN).await;
            }
        }
    }
}

async fn attempt(app: &Arc<App>, cancel: &Cancel) -> Result<(), String> {
    let config = app.config();
    let gate = match app.workshop().gate() {
        Some(gate) => gate,
        None => {
            let cache = config.cache.clone();
            let workshop = blocking(move || Workshop::open(&cache)).await?.map_err(|error| error.to_string())?;
            if let Some(shelf) = app.store().setting::<Shelf>(SHELF).await.map_err(|error| error.to_string())? {
                workshop.set_shelf(shelf);
            }
            let gate = Gate::new(
                workshop,
                GateConfig {
                    exe: config.exe.clone(),
                    artifacts: app.home().artifacts(),
                    scratch: app.home().scratch(),
                    missing_layers: config.jail_missing_layers(),
                },
            );
            app.workshop().gate.get_or_init(|| gate).clone()
        }
    };
    // Whoever waits for the toolchain looks again.
    app.workshop().status.send_modify(|_| ());
    let (sender, mut progress) = mpsc::unbounded_channel::<WarmProgress>();
    let (worker, wish) = (gate.clone(), cancel.clone());
    let warming = tokio::task::spawn_blocking(move || worker.warm(&wish, &|step| drop(sender.send(step))));
    while let Some(step) = progress.recv().await {
        set(app, |status| {
            status.done = step.done;
            status.total = step.total;
            status.failure = None;
        })
        .await;
    }
    match warming.await.map_err(|error| error.to_string())? {
        Ok(()) => {
            set(app, |status| {
                status.finished = true;
                status.failure = None;
                status.done = status.total;
            })
            .await;
            Ok(())
        }
        Err(StageFailure::Failed(error @ GateError::MissingLayer(_))) => Err(format!("{error}. Nothing is built without it.")),
        Err(failure) => Err(failure.to_string()),
    }
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, String> {
    tokio::task::spawn_blocking(work).await.map_err(|error| error.to_string())
}

async fn set(app: &App, change: impl FnOnce(&mut WarmStatus)) {
    let before = app.workshop().status();
    app.workshop().status.send_modify(change);
    let WarmStatus { done, total, finished, failure } = app.workshop().status();
    // A start that finds everything warm is no news.
    if before == (WarmStatus { done, total, finished, failure: failure.clone() }) || (finished && total == 0) {
        return;
    }
    if let Err(error) = app.store().record(EventBody::WarmProgress { done, total, finished, failure }).await {
        tracing::error!(%error, "an event could not be recorded");
    }
}
