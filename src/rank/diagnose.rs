//! Evidence and findings into the whole diagnosis.

use std::collections::{BTreeMap, BTreeSet};

use super::anchor::{Anchor, From, anchors};
use super::fold::Followed;
use super::judge::{Judged, causes, order};
use super::{
    About, Consequence, Diagnosis, InputSummary, RankedFinding, Scanned, Told, Verdict,
    certificates, chart, checked, etcd, missing, quote, remedy, score, timeline, upgrade, verdict,
};
use crate::bundle::{EntryKind, Skip, Unread};
use crate::detect::Captures;
use crate::evidence::Evidence;
use crate::finding::{Case, Clusters, Context, Finding, Subject};
use crate::signature::{Database, Kind, Product, Signature, Template};

/// What is known of the case while signatures are judged.
pub fn context(inputs: &[InputSummary]) -> Context {
    let mut context = Context::default();
    for input in inputs {
        context.collected_at = context.collected_at.max(input.collected_at);
        for (product, version) in &input.products {
            context
                .products
                .entry(product.clone())
                .or_insert_with(|| version.clone());
        }
        for node in &input.nodes {
            let own = own_products(node, &input.products);
            context
                .node_products
                .entry(node.name.clone())
                .or_default()
                .extend(own);
        }
    }
    context
}

/// What a node says of its own versions: in the middle of an upgrade they differ from the cluster's.
fn own_products(
    node: &super::NodeSummary,
    cluster: &BTreeMap<String, String>,
) -> BTreeMap<String, String> {
    let mut own = BTreeMap::new();
    if let Some(version) = &node.kubelet_version {
        own.insert(Product::Kubernetes.word().to_owned(), version.clone());
        for (mark, product) in [("+rke2", Product::Rke2), ("+k3s", Product::K3s)] {
            if version.contains(mark) {
                own.insert(product.word().to_owned(), version.clone());
            }
        }
    }
    // `Harvester v1.3.1`
    let harvester = Product::Harvester.word();
    if let Some(version) = node.os_image.as_deref().and_then(|image| {
        let version = image
            .strip_prefix("Harvester ")?
            .split_whitespace()
            .next()?;
        cluster.contains_key(harvester).then_some(version)
    }) {
        own.insert(harvester.to_owned(), version.to_owned());
    }
    own
}

/// Orders and explains findings. `findings` are those of [`evaluate`](crate::finding::evaluate).
pub fn diagnose(
    database: &Database,
    evidence: &Evidence,
    findings: Vec<Finding>,
    inputs: Vec<InputSummary>,
) -> Diagnosis {
    diagnose_about(database, evidence, findings, inputs, None)
}

/// As [`diagnose`], narrowed to what the user asked about: causes of it, symptoms of it, what fails of it.
pub fn diagnose_about(
    database: &Database,
    evidence: &Evidence,
    findings: Vec<Finding>,
    inputs: Vec<InputSummary>,
    about: Option<&About>,
) -> Diagnosis {
    let mut anchors = anchors(database, evidence, &findings, &inputs);
    let clusters = Clusters::of(evidence);
    let clusters = clusters.as_ref();
    let mut causes = causes(database, evidence, &findings, &anchors, clusters);
    if let Some(about) = about {
        causes.retain(|judged| about.follows(database, &findings, judged));
        anchors.retain(|anchor| about.is(&anchor.subject));
    }
    let groups = order(&mut causes);
    let explained = explained(&causes);
    let basis = Basis {
        database,
        evidence,
        findings: &findings,
        titles: titles(database, &findings),
        context: context(&inputs),
        clusters,
    };
    let symptoms: Vec<RankedFinding> = findings
        .iter()
        .enumerate()
        .filter_map(|(at, finding)| {
            let signature = database.signatures.get(finding.signature)?;
            let wanted = about.is_none_or(|about| about.concerns(database, finding));
            (signature.kind == Kind::Symptom && wanted).then_some((at, finding, signature))
        })
        .map(|(at, finding, signature)| {
            let by = explained.get(&at).cloned().unwrap_or_default();
            let mut ranked = basis.ranked(at, finding, signature);
            ranked.explained_by = by;
            ranked
        })
        .collect();
    let symptoms = in_order(symptoms);
    let ranked_causes: Vec<RankedFinding> = causes
        .iter()
        .zip(&groups)
        .map(|(judged, group)| {
            let mut ranked = basis.cause(judged);
            ranked.problem = judged.score.wins().then_some(*group);
            let then = certificates::at_failure(judged.finding, &anchors);
            ranked.reasons.extend(then);
            ranked
        })
        .collect();
    let scanned = scanned(evidence);
    let (verdict, headline) = verdict::verdict(
        database,
        &causes,
        &ranked_causes,
        &symptoms,
        &anchors,
        (&scanned, !evidence.problems.is_empty()),
    );
    let (verdict, headline) = match verdict {
        Verdict::Healthy if is_without_products(evidence) => (
            Verdict::NotExaminable,
            "none of RKE2, K3s, RKE1 and Harvester is on the disk, so there was nothing to judge"
                .to_owned(),
        ),
        _ => (verdict, headline),
    };
    let headline = match about {
        Some(about) if verdict == Verdict::Healthy => {
            format!("about {}: {headline}", about.words())
        }
        _ => headline,
    };
    let mut not_examined = match verdict {
        Verdict::KnownCause => Vec::new(),
        _ => missing::rivals(&causes),
    };
    not_examined.extend(missing::not_examined(
        database, evidence, &findings, &inputs, &anchors, verdict,
    ));
    not_examined.extend(missing::lacking(&causes, evidence));
    let all: Vec<&RankedFinding> = ranked_causes.iter().chain(&symptoms).collect();
    let upgrade = upgrade::view(evidence);
    let etcd = etcd::views(database, evidence, &findings, clusters);
    Diagnosis {
        chart: chart::chart(
            database,
            evidence,
            &all,
            &anchors,
            &inputs,
            upgrade.as_ref(),
        ),
        surroundings: Vec::new(),
        timeline: timeline::timeline(database, evidence, &findings, &all, &anchors, &inputs),
        clocks: evidence.clocks.clone(),
        upgrade,
        checked: checked::checked(evidence, &inputs, &anchors, &etcd),
        etcd,
        verdict,
        headline,
        not_examined,
        failing: failing(&anchors),
        inputs,
        scanned,
        causes: ranked_causes,
        symptoms,
        suspects: Vec::new(),
        unusual: Vec::new(),
        problems: evidence.problems.clone(),
        signatures: database.signatures.len(),
    }
}

/// The clauses of what objects show to be failing; symptoms are listed by themselves, the reporter's words too.
fn failing(anchors: &[Anchor]) -> Vec<String> {
    let mut said = BTreeSet::new();
    let objects = anchors.iter().filter(|anchor| anchor.from == From::Object);
    objects
        .filter(|anchor| said.insert(anchor.text.as_str()))
        .map(|anchor| anchor.text.clone())
        .collect()
}

/// For each symptom, by position among the findings, the ids of the causes that explain it, best first.
fn explained(causes: &[Judged<'_>]) -> BTreeMap<usize, Vec<String>> {
    let mut explained: BTreeMap<usize, Vec<String>> = BTreeMap::new();
    for judged in causes {
        for symptom in judged.reach.symptoms.keys() {
            let by = explained.entry(*symptom).or_default();
            by.push(judged.signature.id.clone());
        }
    }
    explained
}

/// What every ranked finding is told from.
struct Basis<'a> {
    database: &'a Database,
    evidence: &'a Evidence,
    findings: &'a [Finding],
    /// Of each finding: a symptom that follows from many causes is named by all of them.
    titles: Vec<String>,
    context: Context,
    clusters: Option<&'a Clusters>,
}

fn titles(database: &Database, findings: &[Finding]) -> Vec<String> {
    let of = |finding: &Finding| {
        let signature = database.signatures.get(finding.signature);
        signature.map_or_else(String::new, |signature| title(signature, finding))
    };
    findings.iter().map(of).collect()
}

impl Basis<'_> {
    fn cause(&self, judged: &Judged<'_>) -> RankedFinding {
        let mut ranked = self.ranked(judged.at, judged.finding, judged.signature);
        let reaches = !judged.reach.anchors.is_empty();
        let rival = !judged.rivals.is_empty();
        ranked.confidence =
            score::confidence(judged.finding.sure, judged.finding.sources, reaches, rival);
        if judged.state != judged.finding.state {
            ranked
                .reasons
                .push("not seen any more, but what follows from it still is".to_owned());
        }
        ranked.reasons.extend(judged.notes.iter().cloned());
        if rival {
            let rivals = judged.rivals.join(", ");
            ranked
                .reasons
                .push(format!("the same lines are also explained by {rivals}"));
        }
        ranked.state = judged.state;
        let followed = judged.reach.symptoms.iter();
        ranked.consequences = followed
            .filter_map(|(at, followed)| self.consequence(*at, followed))
            .collect();
        ranked
    }

    /// The symptom at this position among the findings, of the subjects for which it follows.
    fn consequence(&self, at: usize, followed: &Followed) -> Option<Consequence> {
        let finding = self.findings.get(at)?;
        let signature = self.database.signatures.get(finding.signature)?;
        let cases = followed.cases.iter();
        let cases = cases.filter_map(|at| finding.cases.get(*at));
        Some(Consequence {
            signature: signature.id.clone(),
            title: self.titles.get(at).cloned().unwrap_or_default(),
            subjects: cases
                .map(|case| named(self.evidence, case, self.clusters))
                .collect(),
            assumed: followed.assumed,
        })
    }

    /// The finding at this position.
    fn ranked(&self, at: usize, finding: &Finding, signature: &Signature) -> RankedFinding {
        let captures = remedy::all_captures(finding);
        let text = |template: &Option<Template>| template.as_ref().map(|t| one_text(t, &captures));
        let reasons = finding.lead().map(|lead| lead.reasons.clone());
        let cases = finding.cases.iter();
        RankedFinding {
            signature: signature.id.clone(),
            title: self.titles.get(at).cloned().unwrap_or_default(),
            kind: signature.kind,
            severity: signature.severity,
            sure: finding.sure,
            confidence: score::confidence(finding.sure, finding.sources, false, false),
            state: finding.state,
            problem: None,
            onset: finding.span.map(|(first, _)| first),
            subjects: cases
                .map(|case| named(self.evidence, case, self.clusters))
                .collect(),
            reasons: reasons.unwrap_or_default(),
            explanation: text(&signature.explanation).unwrap_or_default(),
            count: finding.count,
            first_seen: finding.span.map(|(first, _)| first),
            last_seen: finding.span.map(|(_, last)| last),
            evidence: quote::quote(self.evidence, finding),
            consequences: Vec::new(),
            explained_by: Vec::new(),
            remediation: remedy::remediation(signature, &captures, &self.context.products),
            prevention: text(&signature.prevent),
            references: signature.refs.to_vec(),
            translations: told(finding, signature, &captures, &self.context),
        }
    }
}

/// What a case is about, with its cluster where there are several.
fn named(evidence: &Evidence, case: &Case, clusters: Option<&Clusters>) -> Subject {
    clusters.map_or_else(|| case.subject.clone(), |all| all.subject(evidence, case))
}

/// The texts in every language that the signature was translated into.
fn told(
    finding: &Finding,
    signature: &Signature,
    captures: &[Captures],
    context: &Context,
) -> BTreeMap<String, Told> {
    let texts = |tag: &String| {
        let signature = signature.in_language(tag)?;
        let text = |template: &Option<Template>| template.as_ref().map(|t| one_text(t, captures));
        let told = Told {
            title: title(&signature, finding),
            explanation: text(&signature.explanation).unwrap_or_default(),
            remediation: remedy::remediation(&signature, captures, &context.products),
            prevention: text(&signature.prevent),
            reasons: finding
                .lead()
                .and_then(|lead| lead.told.get(tag).cloned())
                .unwrap_or_default(),
        };
        Some((tag.clone(), told))
    };
    signature.translations.keys().filter_map(texts).collect()
}

fn one_text(template: &Template, captures: &[Captures]) -> String {
    let all: Vec<&Captures> = captures.iter().collect();
    template.fill_first(&all)
}

/// Names shown in a title before the rest is only counted.
const NAMED: usize = 3;

/// The title for all subjects: names of subjects are listed, other captures are those of the first, with the
/// number of further variants behind.
pub(super) fn title(signature: &Signature, finding: &Finding) -> String {
    let cases: Vec<&Case> = finding.cases.iter().collect();
    title_of(signature, &cases)
}

/// The same for some of the subjects.
pub(super) fn title_of(signature: &Signature, cases: &[&Case]) -> String {
    let used: BTreeSet<&str> = signature.title.names().collect();
    let captures = remedy::named(cases, &|name| used.contains(name));
    let mut first = captures.first().map(remedy::owned).unwrap_or_default();
    let subjects: Vec<&Subject> = cases.iter().map(|case| &case.subject).collect();
    let keys: BTreeSet<&String> = subjects.iter().flat_map(|s| s.0.keys()).collect();
    let mut listed: BTreeSet<&str> = BTreeSet::new();
    for key in keys {
        let mut names: Vec<&str> = subjects.iter().filter_map(|s| s.get(key)).collect();
        names.dedup();
        listed.insert(key);
        let more = names.len().saturating_sub(NAMED);
        names.truncate(NAMED);
        let mut text = names.join(", ");
        if more > 0 {
            text = format!("{text} and {more} more");
        }
        first.insert(key.clone(), text);
    }
    let varying = captures.into_iter().map(|mut set| {
        set.retain(|(name, _)| !listed.contains(name.as_str()));
        set
    });
    let variants: BTreeSet<remedy::Named<'_>> = varying.collect();
    let filled = bounded(signature.title.fill(&first));
    match variants.len().saturating_sub(1) {
        0 => filled,
        more => format!("{filled} (and {more} more)"),
    }
}

/// Characters of a title. Placeholders may stand for messages of any length; the evidence quotes them.
const LONGEST_TITLE: usize = 240;

/// A title that is not too long, cut between words where it can be.
fn bounded(mut title: String) -> String {
    let Some((end, _)) = title.char_indices().nth(LONGEST_TITLE) else {
        return title;
    };
    let within = title.get(..end).unwrap_or_default();
    let between = within.rfind([' ', ',', ';', '{']);
    title.truncate(between.filter(|at| *at > end / 2).unwrap_or(end));
    title.push('…');
    title
}

/// Unexplained and living symptoms first, then the worst, then the surest, then by id.
fn in_order(mut symptoms: Vec<RankedFinding>) -> Vec<RankedFinding> {
    symptoms.sort_by(|a, b| {
        let key = |s: &RankedFinding| {
            let explained = !s.explained_by.is_empty();
            (
                !s.state.is_alive(),
                explained,
                std::cmp::Reverse((s.severity, s.sure)),
            )
        };
        key(a)
            .cmp(&key(b))
            .then_with(|| a.signature.cmp(&b.signature))
    });
    symptoms
}

fn scanned(evidence: &Evidence) -> Scanned {
    let mut scanned = Scanned::default();
    for read in &evidence.entries {
        match read.entry.kind {
            EntryKind::Skipped(skip) => {
                *scanned.skipped.entry(skipped(skip)).or_default() += 1;
            }
            EntryKind::Log | EntryKind::Objects | EntryKind::Fact | EntryKind::Config => {
                scanned.entries += 1;
            }
        }
        let coverage = &read.hits.coverage;
        scanned.bytes = scanned.bytes.saturating_add(coverage.bytes);
        scanned.lines = scanned.lines.saturating_add(coverage.lines);
    }
    scanned
}

fn skipped(skip: Skip) -> &'static str {
    match skip {
        Skip::Directory => "directory",
        Skip::Empty => "empty",
        Skip::Binary => "binary",
        Skip::UnwantedObjects => "objects nothing asks for",
        Skip::Duplicate => "duplicate",
        Skip::Link => "link",
        Skip::Irrelevant => "irrelevant",
    }
}

/// Whether a node was looked at on which nothing stands that bundlevet knows.
fn is_without_products(evidence: &Evidence) -> bool {
    let mut unread = evidence.unread.iter();
    unread.any(|unread| unread.what == Unread::PRODUCTS)
}
