#!/usr/bin/env python3
"""Reads what `terraform test -json -verbose` says, prints it for people, and looks through every plan in it.

    terraform test -json -verbose … | scripts/terraform-plans.py

A test in Terraform sees the outputs of a module; a plan holds every resource of every module. What must be
true of all of them, wherever they are, is checked here: what the internet reaches, what is encrypted, what is
in the state, and that the rendered configuration is one that Prometheus and Alertmanager take. Ends with 1
when a test failed, something is wrong, or there was no plan to look at.
"""

import base64
import json
import os
import subprocess
import sys
import tempfile

TELEMETRY = {9110, 9111, 9112, 9113, 8689, 9114}
# Also behind no balancer: loadgen's desk, Alertmanager, exporters, database, queue.
INNER = TELEMETRY | {8002, 9093, 9100, 8088, 5432, 5671}


def ours(key):
    """Whether that is a key of ours. A mocked provider makes up a word where none is named."""
    return str(key).startswith("arn:aws:kms:")


# What must hold for what is stored to be encrypted with a key of ours; machines' own disks with AWS's.
ENCRYPTED = {
    "aws_backup_vault": lambda r: ours(r["kms_key_arn"]),
    "aws_cloudwatch_log_group": lambda r: ours(r["kms_key_id"]),
    "aws_db_instance": lambda r: r["storage_encrypted"] and ours(r["kms_key_id"]),
    "aws_ebs_volume": lambda r: r["encrypted"] and ours(r["kms_key_id"]),
    "aws_launch_template": lambda r: all(str(d["ebs"][0]["encrypted"]).lower() == "true" for d in r["block_device_mappings"]),
    "aws_mq_broker": lambda r: ours(r["encryption_options"][0]["kms_key_id"]),
    "aws_secretsmanager_secret": lambda r: ours(r["kms_key_id"]),
    "aws_sns_topic": lambda r: ours(r["kms_master_key_id"]),
}
OPTIONALLY_ENCRYPTED = {
    "aws_instance": lambda r: r["root_block_device"][0]["encrypted"],
    "aws_prometheus_workspace": lambda r: ours(r["kms_key_arn"]),
}


class Plan:
    """One plan, and what is wrong with it."""

    def __init__(self, name, plan):
        self.name = name
        self.wrong = []
        self.looked_at = 0
        self.resources = [
            (change["address"], change["type"], change["change"]["after"])
            for change in plan.get("resource_changes", [])
            if change.get("mode") == "managed" and change["change"].get("after")
        ]

    def of(self, *types):
        return [(address, after) for address, kind, after in self.resources if kind in types]

    def must(self, holds, address, problem):
        self.looked_at += 1
        if not holds:
            self.wrong.append(f"{address}: {problem}")

    def some(self, found, what):
        """A check that looks at nothing proves nothing."""
        if not found:
            self.wrong.append(f"the plan has no {what}")
        return found

    def check(self):
        self.internet()
        self.balancer()
        self.public_addresses()
        self.encryption()
        self.secrets()
        self.tasks()
        self.machines()
        self.monitoring()

    def internet(self):
        """Who may come in from an address, and not from a group of ours."""
        for address, rule in self.some(self.of("aws_vpc_security_group_ingress_rule"), "rules for what comes in"):
            source = rule.get("cidr_ipv4") or rule.get("cidr_ipv6") or rule.get("prefix_list_id")
            if not source:
                self.must(rule["referenced_security_group_id"], address, "says not who may come in")
            elif address.startswith("module.edge."):
                self.must(rule["from_port"] == rule["to_port"] and rule["to_port"] in (80, 443), address, "opens more than 80 and 443")
            else:
                self.must(address.startswith("module.network.aws_vpc_security_group_ingress_rule.endpoints") and source.startswith("10."), address, f"lets {source} in")
        for address, group in self.some(self.of("aws_security_group"), "security groups"):
            self.must(not group.get("ingress") and not group.get("egress"), address, "has rules of its own beside the table in firewall.tf")
        self.must(not self.of("aws_security_group_rule"), "aws_security_group_rule", "rules are made one way only")
        for address, rule in self.of("aws_vpc_security_group_egress_rule"):
            if rule.get("cidr_ipv4"):
                self.must(rule["from_port"] == rule["to_port"] == 443, address, "goes out by more than HTTPS")

    def balancer(self):
        """What is behind the only door."""
        for address, group in self.some(self.of("aws_lb_target_group"), "target groups"):
            self.must(group["port"] not in INNER, address, f"puts port {group['port']} behind the balancer")
            checked = group["health_check"][0]["port"]
            self.must(checked == "traffic-port", address, f"is checked on {checked}, another port than the open one")
        ways = [(address, rule) for address, rule in self.of("aws_vpc_security_group_ingress_rule") if '["balancer to ' in address]
        for address, rule in self.some(ways, "ways from the balancer to services"):
            self.must(rule["from_port"] == rule["to_port"] and rule["to_port"] not in INNER, address, "opens an inner port to the balancer")

    def public_addresses(self):
        for address, resource in self.some(self.of("aws_db_instance", "aws_mq_broker"), "database"):
            self.must(resource["publicly_accessible"] is False, address, "has a public address")
        for address, subnet in self.some(self.of("aws_subnet"), "subnets"):
            self.must(subnet["map_public_ip_on_launch"] is False, address, "gives out public addresses")
        for address, service in self.some(self.of("aws_ecs_service"), "services"):
            for network in service.get("network_configuration") or []:
                self.must(network["assign_public_ip"] is False, address, "has a public address")
        for address, instance in self.of("aws_instance"):
            self.must(instance["associate_public_ip_address"] is False, address, "has a public address")
        for address, _ in self.of("aws_eip"):
            self.must(address.startswith("module.network.aws_eip.nat"), address, "is a public address that no NAT gateway has")
        self.must(len(self.of("aws_lb")) == 1, "aws_lb", "there is one balancer and no other")

    def encryption(self):
        for kind, holds in ENCRYPTED.items():
            for address, resource in self.some(self.of(kind), kind):
                self.must(holds(resource), address, "is not encrypted with a key that we chose")
        for kind, holds in OPTIONALLY_ENCRYPTED.items():
            for address, resource in self.of(kind):
                self.must(holds(resource), address, "is not encrypted")
        for needed in ("aws_s3_bucket_server_side_encryption_configuration", "aws_s3_bucket_public_access_block", "aws_s3_bucket_policy"):
            buckets = {address.replace("aws_s3_bucket.", needed + ".") for address, _ in self.some(self.of("aws_s3_bucket"), "buckets")}
            for address in buckets:
                self.must(address in {a for a, _ in self.of(needed)}, address, "is missing")
        for address, listener in self.some(self.of("aws_lb_listener"), "listeners"):
            redirects = [action["type"] for action in listener["default_action"]] == ["redirect"]
            self.must(redirects if listener["port"] == 80 else str(listener["ssl_policy"]).startswith("ELBSecurityPolicy-TLS13-1-2"), address, "speaks in the clear, or in old TLS")

    def secrets(self):
        for address, version in self.some(self.of("aws_secretsmanager_secret_version"), "secrets"):
            self.must(not version.get("secret_string") and not version.get("secret_binary"), address, "is in the state")

    def tasks(self):
        for address, task in self.some(self.of("aws_ecs_task_definition"), "task definitions"):
            for container in json.loads(task["container_definitions"]):
                where = f"{address} {container['name']}"
                root = str(container.get("user", "0")).split(":")[0] == "0"
                self.must(not root or container["name"] == "cadvisor", where, "runs as root")
                self.must(container["readonlyRootFilesystem"] and not container["privileged"], where, "may write its own files, or has privileges")
                self.must("latest" not in container["image"] and ":" in container["image"].split("/")[-1], where, "runs an image without a version")
                plain = [v["name"] for v in container.get("environment", []) if any(word in v["name"] for word in ("TOKEN", "PASSWORD", "POSTGRES_URL", "AMQP_URL"))]
                self.must(not plain, where, f"has secrets in the clear: {plain}")
        for address, service in self.of("aws_ecs_service"):
            breaker = (service.get("deployment_circuit_breaker") or [{}])[0]
            self.must(breaker.get("enable") and breaker.get("rollback"), address, "is not taken back when it fails")

    def machines(self):
        """What a machine does when it starts, as far as a shell can say without being one."""
        for address, template in self.some(self.of("aws_launch_template"), "launch templates"):
            script = base64.b64decode(template["user_data"])
            done = subprocess.run(["bash", "-n"], input=script, capture_output=True, check=False)
            self.must(script.startswith(b"#!/bin/bash\n") and done.returncode == 0, address, f"starts with what is no script: {done.stderr.decode()}")
            self.must(template["metadata_options"][0]["http_tokens"] == "required", address, "gives its role to whoever asks")

    def monitoring(self):
        """The rendered configuration, asked of the tools themselves."""
        files = {r["key"]: r["content"] for _, r in self.some(self.of("aws_s3_object"), "configuration")}
        with tempfile.TemporaryDirectory() as folder:
            for name, content in files.items():
                path = os.path.join(folder, name)
                os.makedirs(os.path.dirname(path), exist_ok=True)
                with open(path, "w", encoding="utf-8") as file:
                    file.write(content)
            for tool in (["promtool", "check", "config", f"{folder}/prometheus/prometheus.yml"], ["amtool", "check-config", f"{folder}/alertmanager/alertmanager.yml"]):
                done = subprocess.run(tool, capture_output=True, text=True, check=False)
                self.must(done.returncode == 0, tool[0], done.stdout + done.stderr)


def main():
    failed, plans = False, []
    for line in sys.stdin:
        try:
            said = json.loads(line)
        except ValueError:
            print(line, end="")
            continue
        kind = said.get("type")
        if kind == "test_run" and said["test_run"].get("progress", "complete") == "complete":
            print(f"  {said['@message'].strip()}")
        elif kind == "diagnostic" and said["diagnostic"]["severity"] == "error":
            failed = True
            print(f"{said['@message']}\n{said['diagnostic'].get('detail', '')}")
        elif kind == "test_summary":
            print(said["@message"])
            failed |= said["test_summary"]["status"] != "pass"
        elif kind == "test_plan":
            plans.append(Plan(said.get("@testrun", "?"), said["test_plan"]))
    if not plans:
        print("there was no plan to look at")
        return 1
    for plan in plans:
        plan.check()
        print(f"plan of {plan.name}: {len(plan.resources)} resources, {plan.looked_at} checks, {len(plan.wrong)} wrong")
        for problem in plan.wrong:
            print(f"  {problem}")
    return int(failed or any(plan.wrong for plan in plans))


if __name__ == "__main__":
    sys.exit(main())
