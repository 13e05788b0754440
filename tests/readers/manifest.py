"""Reads a manifest for Kubernetes from stdin, as YAML, and checks what it says.

Usage: manifest.py JOBS OUT SWEEP < MANIFEST
"""

import shlex
import sys

import yaml


def check(condition, *what):
    """Stops with a message unless `condition` holds."""
    if not condition:
        sys.exit("manifest.py: " + " ".join(str(part) for part in what))


jobs, out, sweep = int(sys.argv[1]), sys.argv[2], sys.argv[3]
job = yaml.safe_load(sys.stdin)
check((job["apiVersion"], job["kind"]) == ("batch/v1", "Job"), "this is no Job:", job)
spec = job["spec"]
check((spec["completionMode"], spec["completions"]) == ("Indexed", jobs), "the wrong jobs:", spec)
check(1 <= spec["parallelism"] <= jobs and spec["backoffLimitPerIndex"] >= 1, "no pods, or no second try:", spec)
rules = spec["podFailurePolicy"]["rules"]
check([rule["action"] for rule in rules] == ["Ignore", "Ignore", "FailIndex"], "other rules:", rules)
check(rules[0]["onPodConditions"] == [{"type": "DisruptionTarget", "status": "True"}], "no disruptions:", rules)
check([rule["onExitCodes"]["values"] for rule in rules[1:]] == [[3], [2]], "other exit codes:", rules)
pod = spec["template"]["spec"]
check(pod["restartPolicy"] == "Never", "a policy for failed pods needs pods that are not restarted:", pod)
(container,) = pod["containers"]
check({rule["onExitCodes"]["containerName"] for rule in rules[1:]} == {container["name"]}, "another container")
memory = container["resources"]["requests"]["memory"]
check(memory == container["resources"]["limits"]["memory"] and memory.endswith("Mi"), "no memory:", container)
(mount,), (volume,) = container["volumeMounts"], pod["volumes"]
check(mount["name"] == volume["name"] and mount["mountPath"] == container["workingDir"], "no shared folder")
check(volume["persistentVolumeClaim"]["claimName"] == "work: 1", "another claim:", volume)
check(container["image"] == 'a"b\\c: é', "another image:", container["image"])
# Kubernetes reads `$$` as a dollar sign.
shell, option, script = (word.replace("$$", "$") for word in container["command"])
words = shlex.split(script)
check((shell, option) == ("/bin/sh", "-c"), "no shell:", container["command"])
check(f"--out={out}" in words and words[-1] == sweep, "other paths:", words)
print(f"the manifest is a Job of {jobs} pods")
