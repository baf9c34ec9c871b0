//! `--output` into the directory that results stand in; for a URL, one that holds them on their way.

use std::path::PathBuf;
#[cfg(feature = "remote")]
use std::sync::Arc;

#[cfg(feature = "remote")]
use bundlevet::batch::Publish;
#[cfg(not(feature = "remote"))]
use bundlevet::bundle::NO_URLS;
use bundlevet::bundle::{as_url, shown_url};

use super::Args;
use crate::failure::Failure;

/// Where results stand.
pub(super) struct Place {
    pub(super) directory: PathBuf,
    #[cfg(feature = "remote")]
    pub(super) publish: Option<Arc<Publish>>,
}

impl Place {
    pub(super) fn new(args: &Args) -> Result<Place, Failure> {
        match as_url(&args.output) {
            Some(url) => Place::at(url, args),
            None => Ok(Place {
                directory: args.output.clone(),
                #[cfg(feature = "remote")]
                publish: None,
            }),
        }
    }

    #[cfg(feature = "remote")]
    fn at(url: &str, args: &Args) -> Result<Place, Failure> {
        let publish = Publish::start(url, args.staging.as_deref(), args.shard)?;
        Ok(Place {
            directory: publish.staging().to_owned(),
            publish: Some(Arc::new(publish)),
        })
    }

    #[cfg(not(feature = "remote"))]
    fn at(_url: &str, _args: &Args) -> Result<Place, Failure> {
        Err(Failure::Said(NO_URLS.to_owned()))
    }

    /// Sends what stands in the directory to where it belongs.
    #[cfg(feature = "remote")]
    pub(super) fn finish(&self, summary_only: bool) -> Result<(), Failure> {
        match &self.publish {
            Some(publish) if summary_only => Ok(publish.summary()?),
            Some(publish) => Ok(publish.finish()?),
            None => Ok(()),
        }
    }

    #[cfg(not(feature = "remote"))]
    #[expect(clippy::unused_self, clippy::unnecessary_wraps)]
    pub(super) fn finish(&self, _summary_only: bool) -> Result<(), Failure> {
        Ok(())
    }
}

/// Where results go, as it is shown.
pub(super) fn spelled(args: &Args) -> String {
    as_url(&args.output).map_or_else(|| args.output.display().to_string(), shown_url)
}
