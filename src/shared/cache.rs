//! Entries that a team shares, each sealed with the team's key.
//!
//! A name says what an entry was made from and cannot prove what is in it, so whoever may write to the
//! place could plant a verdict. Therefore nothing is used but what is sealed, by a key that never
//! leaves the machines of the team, for exactly the name under which it was found.

use std::{
    env,
    ffi::OsStr,
    fs,
    path::Path,
    sync::{
        Mutex, OnceLock, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use zij_core::resource::quantity;

use super::{bucket::Bucket, folder::Folder};
use crate::{
    error::{CommandError, CommandResult},
    secret_key::secret_of_user,
};

/// The variable that names the place: a folder's absolute path, or `s3://BUCKET/PREFIX`.
const VARIABLE: &str = "ZIJ_SHARED_CACHE";
/// The variable that bounds a folder, such as `10Gi`.
const MOST: &str = "ZIJ_SHARED_CACHE_MAX";
/// How an entry begins; another form has another name.
const MAGIC: &[u8] = b"zij-shared/1\n";
/// The most bytes of an entry, packed.
const LARGEST: u64 = 64 << 20;
/// A place that failed is left alone for so long.
const REST: Duration = Duration::from_secs(60);

/// The cache that a team shares.
pub(crate) struct SharedCache {
    place: Place,
    /// How messages call it.
    name: String,
    seal: [u8; 32],
    build: OnceLock<Option<String>>,
    /// When it failed.
    failed: Mutex<Option<Instant>>,
    has_warned: AtomicBool,
    warn: Box<dyn Fn(&str) + Send + Sync>,
}

/// Where entries are.
pub(crate) enum Place {
    Folder(Folder),
    Bucket(Box<Bucket>),
}

impl Place {
    /// The place that this user has chosen; `None` where there is none.
    ///
    /// # Errors
    /// When it cannot be what was meant.
    pub(crate) fn of_user() -> CommandResult<Option<Self>> {
        let variable = |name| env::var_os(name).filter(|value| !value.is_empty());
        let most = variable(MOST).map(|value| size(&value.to_string_lossy())).transpose();
        let most = most.map_err(|error| error.hint(format!("it stands in {MOST}")))?;
        variable(VARIABLE).map(|value| place(&value, most)).transpose()
    }
}

/// A number of bytes such as `500M` or `10Gi`.
///
/// # Errors
/// When it is none, or negative.
pub(crate) fn size(text: &str) -> CommandResult<u64> {
    const BILLION: i128 = 1_000_000_000;
    let bytes = quantity(text.trim().trim_end_matches('B'));
    bytes
        .and_then(|billionths| u64::try_from(billionths / BILLION).ok())
        .ok_or_else(|| CommandError::usage(format!("`{text}` is no size such as 500M or 10Gi")))
}

impl SharedCache {
    /// The shared cache that this user has chosen; `None` where there is none.
    ///
    /// # Errors
    /// When it cannot be what was meant, or there is no key to seal with.
    pub(crate) fn of_user(warn: Box<dyn Fn(&str) + Send + Sync>) -> CommandResult<Option<Self>> {
        let Some(place) = Place::of_user()? else { return Ok(None) };
        Self::at(place, warn).map(Some)
    }

    fn at(place: Place, warn: Box<dyn Fn(&str) + Send + Sync>) -> CommandResult<Self> {
        let name = env::var_os(VARIABLE).unwrap_or_default().to_string_lossy().into_owned();
        let secret = secret_of_user().ok_or_else(|| {
            CommandError::usage(format!("{VARIABLE} needs a key that is kept"))
                .hint("let all of the team use one: ZIJ_MASK_KEY_FILE")
        })?;
        Ok(Self {
            place,
            name,
            seal: blake3::derive_key("zij 2026 shared cache", &secret),
            build: OnceLock::new(),
            failed: Mutex::default(),
            has_warned: AtomicBool::new(false),
            warn,
        })
    }

    /// What tells this build of zij from every other, on all machines alike: other builds may have
    /// other rules. `None` where the program's file cannot be read.
    pub(crate) fn build(&self) -> Option<&str> {
        self.build.get_or_init(|| build_of_program().ok()).as_deref()
    }

    /// What the team keeps under that key. Anything that is not sealed for it counts as absent.
    pub(crate) fn get(&self, key: &[u8; 32]) -> Option<Vec<u8>> {
        if self.rests() {
            return None;
        }
        let found = match &self.place {
            Place::Folder(folder) => folder.get(&name(key), LARGEST).map_err(|e| e.to_string()),
            Place::Bucket(bucket) => bucket.get(&name(key), LARGEST),
        };
        match found {
            Ok(found) => {
                let opened = found.as_deref().map(|sealed| self.open(key, sealed));
                if opened == Some(None) {
                    self.warn_once(
                        "an entry is damaged, or not sealed with this team's key; it is not used",
                    );
                }
                opened.flatten()
            }
            Err(error) => {
                self.fail(&error);
                None
            }
        }
    }

    /// Keeps an entry for the team; one that cannot be kept costs others time.
    pub(crate) fn put(&self, key: &[u8; 32], body: &[u8]) {
        let sealed = self.seal(key, body);
        if self.rests() || sealed.len() as u64 > LARGEST {
            return;
        }
        let put = match &self.place {
            Place::Folder(folder) => folder.put(&name(key), &sealed).map_err(|e| e.to_string()),
            Place::Bucket(bucket) => bucket.put(&name(key), &sealed),
        };
        if let Err(error) = put {
            self.fail(&error);
        }
    }

    fn seal(&self, key: &[u8; 32], body: &[u8]) -> Vec<u8> {
        [MAGIC, self.mark(key, body).as_bytes(), body].concat()
    }

    fn open(&self, key: &[u8; 32], sealed: &[u8]) -> Option<Vec<u8>> {
        let (mark, body) = sealed.strip_prefix(MAGIC)?.split_first_chunk::<32>()?;
        // Compared in constant time, whatever the mark says.
        (self.mark(key, body) == blake3::Hash::from_bytes(*mark)).then(|| body.to_vec())
    }

    fn mark(&self, key: &[u8; 32], body: &[u8]) -> blake3::Hash {
        blake3::Hasher::new_keyed(&self.seal).update(key).update(body).finalize()
    }

    fn rests(&self) -> bool {
        let failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
        failed.is_some_and(|since| since.elapsed() < REST)
    }

    fn fail(&self, error: &str) {
        *self.failed.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
        self.warn_once(&format!("{error}; going on without it"));
    }

    fn warn_once(&self, what: &str) {
        if !self.has_warned.swap(true, Ordering::Relaxed) {
            (self.warn)(&format!("the shared cache {}: {what}", self.name));
        }
    }
}

fn place(value: &OsStr, most: Option<u64>) -> CommandResult<Place> {
    if let Some(bucket) = value.to_str().and_then(|text| text.strip_prefix("s3://")) {
        if most.is_some() {
            return Err(CommandError::usage(format!("{MOST} bounds folders, not buckets"))
                .hint("a lifecycle rule of the bucket does that"));
        }
        return Bucket::of_variables(bucket).map(|bucket| Place::Bucket(Box::new(bucket)));
    }
    let path = Path::new(value);
    if path.is_absolute() {
        return Ok(Place::Folder(Folder::new(path, most)));
    }
    let message = format!(
        "{VARIABLE} is `{}`, the absolute path of a folder or s3://BUCKET/PREFIX was expected",
        path.display()
    );
    Err(CommandError::usage(message))
}

/// Where an entry is: no folder has all of them.
fn name(key: &[u8; 32]) -> String {
    let digits = blake3::Hash::from_bytes(*key).to_hex();
    format!("v1/{}/{}", &digits[..2], &digits[2..])
}

/// The hash of the program's own file.
fn build_of_program() -> std::io::Result<String> {
    let mut hasher = blake3::Hasher::new();
    hasher.update_reader(fs::File::open(env::current_exe()?)?)?;
    Ok(hasher.finalize().to_hex().to_string())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    fn cache(folder: &Path, secret: &str) -> (SharedCache, Arc<Mutex<Vec<String>>>) {
        let warnings = Arc::new(Mutex::new(Vec::new()));
        let told = Arc::clone(&warnings);
        let cache = SharedCache {
            place: place(folder.as_os_str(), None).unwrap(),
            name: "here".to_owned(),
            seal: blake3::derive_key("zij 2026 shared cache", secret.as_bytes()),
            build: OnceLock::new(),
            failed: Mutex::default(),
            has_warned: AtomicBool::new(false),
            warn: Box::new(move |text| told.lock().unwrap().push(text.to_owned())),
        };
        (cache, warnings)
    }

    #[test]
    fn only_what_the_team_sealed_for_that_key_is_used() {
        let folder = tempfile::tempdir().unwrap();
        let (ours, warnings) = cache(folder.path(), "ours");
        let (key, other) = ([7; 32], [8; 32]);
        assert_eq!(ours.get(&key), None);
        ours.put(&key, b"a verdict");
        assert_eq!(cache(folder.path(), "ours").0.get(&key).as_deref(), Some(&b"a verdict"[..]));
        assert_eq!(ours.get(&other), None);
        assert!(warnings.lock().unwrap().is_empty());

        let path = |key| folder.path().join(name(key));
        let whole = fs::read(path(&key)).unwrap();
        fs::create_dir_all(path(&other).parent().unwrap()).unwrap();
        // Moved to another key.
        fs::write(path(&other), &whole).unwrap();
        assert_eq!(ours.get(&other), None);
        // Sealed by others.
        cache(folder.path(), "theirs").0.put(&other, b"all is well");
        assert_eq!(ours.get(&other), None);
        for at in 0..whole.len() {
            let mut damaged = whole.clone();
            damaged[at] ^= 1;
            fs::write(path(&key), &damaged).unwrap();
            assert_eq!(ours.get(&key), None, "byte {at}");
            fs::write(path(&key), &whole[..at]).unwrap();
            assert_eq!(ours.get(&key), None, "cut at {at}");
        }
        assert_eq!(warnings.lock().unwrap().len(), 1);
        ours.put(&key, b"made again");
        assert_eq!(ours.get(&key).as_deref(), Some(&b"made again"[..]));
    }

    #[test]
    fn a_folder_that_is_not_there_is_told_once_and_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let (ours, warnings) = cache(&folder.path().join("not mounted"), "ours");
        for _ in 0..3 {
            ours.put(&[1; 32], b"x");
            assert_eq!(ours.get(&[1; 32]), None);
        }
        assert_eq!(warnings.lock().unwrap().len(), 1, "{warnings:?}");
        for text in ["relative/path", "s4://x", "~/x"] {
            assert!(place(OsStr::new(text), None).is_err(), "{text}");
        }
    }
}
