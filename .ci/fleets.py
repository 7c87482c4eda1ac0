"""What .ci/fleets does for each clone."""

import collections
import copy
import json
import os
import subprocess
import sys
import tempfile
import time

import yaml

ZIJ, KUBECTL, CONFIG, COUNT = sys.argv[1:5]
MARK = "argocd.argoproj.io/tracking-id"
INSTANCE = "app.kubernetes.io/instance"
FLUX = "toolkit.fluxcd.io/name"


class Loader(yaml.CSafeLoader):
    """YAML 1.1 with `=` as a text, as Kubernetes has it."""


Loader.add_constructor("tag:yaml.org,2002:value", lambda loader, node: node.value)


def zij(clone, *arguments):
    config = os.path.join(CONFIG, os.path.basename(clone) + ".yaml")
    own = ["--config", config] if CONFIG and os.path.exists(config) else []
    start = time.monotonic()
    done = subprocess.run([ZIJ, "-C", clone, *arguments, *own], capture_output=True, text=True)
    return done, time.monotonic() - start


def objects(text):
    """The objects of a text by what tells them apart."""
    found = {}
    for document in yaml.load_all(text, Loader=Loader):
        if not isinstance(document, dict):
            continue
        is_list = str(document.get("kind", "")).endswith("List") and "items" in document
        for one in document["items"] or [] if is_list else [document]:
            metadata = one.setdefault("metadata", {})
            group = one.get("apiVersion", "").rpartition("/")[0]
            name = metadata.get("name") or metadata.get("generateName")
            found[group, one.get("kind"), metadata.get("namespace"), name] = one
    return found


def unmarked(one):
    """The object without what the deployment tool puts on it, over what it may have had itself."""
    one = copy.deepcopy(one)
    metadata = one["metadata"]
    for field in ("labels", "annotations"):
        pairs = metadata.get(field) or {}
        own = {key for key in pairs if key in (MARK, INSTANCE) or FLUX in key}
        metadata[field] = {key: value for key, value in pairs.items() if key not in own}
    metadata.pop("namespace", None)
    return one


def builds_alike(clone, cell, text):
    """Whether a cell of one plain source is what kubectl makes of it; None where that says nothing."""
    sources = [source for source in cell["sources"] if source["kind"] != "reference"]
    if len(sources) != 1 or sources[0]["at"] != "tree" or sources[0]["kind"] != "kustomize":
        return None
    folder = os.path.join(clone, sources[0]["path"] or "")
    real = subprocess.run([KUBECTL, "kustomize", folder], capture_output=True, text=True)
    if real.returncode:
        return None

    def shape(found):
        kept = (one for key, one in found.items() if key[1] not in ("Endpoints", "EndpointSlice"))
        return sorted(json.dumps(unmarked(one), sort_keys=True, default=str) for one in kept)

    made, want = shape(objects(text)), shape(objects(real.stdout))
    return not [one for one in want if one not in made]


def replay(clone):
    git = ["git", "-C", clone, "log", "--first-parent", f"-{COUNT}", "--format=%h"]
    commits = subprocess.run(git, capture_output=True, text=True, check=True).stdout.split()
    codes, seconds, states = collections.Counter(), [], collections.Counter()
    for commit in commits:
        done, took = zij(clone, "diff", "--no-cache", f"{commit}~1..{commit}", "--format", "json")
        codes[done.returncode] += 1
        seconds.append(took)
        if done.returncode == 0:
            states.update(cell["state"] for cell in json.loads(done.stdout)["cells"])
        else:
            print(f"  {commit}: exit {done.returncode}: {done.stderr.strip()[:200]}")
    seconds.sort()
    if seconds:
        middle = seconds[len(seconds) // 2]
        print(f"  {len(commits)} commits, exits {dict(codes)}, median {middle:.2f} s, most {seconds[-1]:.2f} s")
        print(f"  cells {dict(states)}")


def main():
    for clone in sys.argv[5:]:
        done, took = zij(clone, "apps", "--render", "--format", "json")
        cells = json.loads(done.stdout)["applications"]
        reasons = collections.Counter()
        for cell in cells:
            outcome = cell["rendered"]
            reasons[outcome["outcome"] if outcome["outcome"] == "documents" else outcome["kind"]] += 1
        clusters = len({cell["cluster"] for cell in cells})
        print(f"{os.path.basename(clone)}: {len(cells)} applications on {clusters} clusters, {took:.2f} s")
        print(f"  {dict(reasons)}")
        with tempfile.TemporaryDirectory() as folder:
            zij(clone, "render", "-o", folder)
            alike = collections.Counter()
            for cell in cells:
                name = lambda text: text.replace("/", "_").replace("\\", "_")
                path = os.path.join(folder, name(cell["cluster"]), name(cell["application"]) + ".yaml")
                if os.path.exists(path):
                    with open(path, encoding="utf-8") as file:
                        same = builds_alike(clone, cell, file.read())
                    alike[same] += 1
                    if same is False:
                        print(f"  differs from kubectl: {cell['cluster']}/{cell['application']}")
        print(f"  kubectl builds {alike[True]} of {alike[True] + alike[False]} the same")
        replay(clone)


main()
