# The second wall, behind the security groups. It knows no connections, so answers need rules too.

locals {
  anywhere = "0.0.0.0/0"

  # Answers from the internet arrive at NAT gateways on any high port, at instances on the ports that
  # Linux opens connections from.
  public_rules = {
    in-network    = { number = 100, egress = false, protocol = "-1", cidr = var.cidr, from = 0, to = 0 }
    in-http       = { number = 110, egress = false, protocol = "tcp", cidr = local.anywhere, from = 80, to = 80 }
    in-https      = { number = 120, egress = false, protocol = "tcp", cidr = local.anywhere, from = 443, to = 443 }
    in-answers    = { number = 130, egress = false, protocol = "tcp", cidr = local.anywhere, from = 1024, to = 65535 }
    out-network   = { number = 100, egress = true, protocol = "-1", cidr = var.cidr, from = 0, to = 0 }
    out-https     = { number = 120, egress = true, protocol = "tcp", cidr = local.anywhere, from = 443, to = 443 }
    out-customers = { number = 130, egress = true, protocol = "tcp", cidr = local.anywhere, from = 1024, to = 65535 }
  }
  private_rules = {
    in-network  = { number = 100, egress = false, protocol = "-1", cidr = var.cidr, from = 0, to = 0 }
    in-answers  = { number = 110, egress = false, protocol = "tcp", cidr = local.anywhere, from = 32768, to = 60999 }
    out-network = { number = 100, egress = true, protocol = "-1", cidr = var.cidr, from = 0, to = 0 }
    out-https   = { number = 110, egress = true, protocol = "tcp", cidr = local.anywhere, from = 443, to = 443 }
  }
}

resource "aws_network_acl" "public" {
  vpc_id     = aws_vpc.this.id
  subnet_ids = [for subnet in aws_subnet.public : subnet.id]

  tags = { Name = "${var.name}-public" }
}

resource "aws_network_acl_rule" "public" {
  #checkov:skip=CKV_AWS_231:NAT gateways ask from any high port, 3389 included; nothing in these subnets listens on it
  #checkov:skip=CKV_AWS_352:All ports are open to the network itself only; between its parts the security groups decide
  for_each = local.public_rules

  network_acl_id = aws_network_acl.public.id
  rule_number    = each.value.number
  egress         = each.value.egress
  protocol       = each.value.protocol
  rule_action    = "allow"
  cidr_block     = each.value.cidr
  from_port      = each.value.from
  to_port        = each.value.to
}

resource "aws_network_acl" "private" {
  vpc_id     = aws_vpc.this.id
  subnet_ids = [for subnet in aws_subnet.private : subnet.id]

  tags = { Name = "${var.name}-private" }
}

resource "aws_network_acl_rule" "private" {
  #checkov:skip=CKV_AWS_352:All ports are open to the network itself only; between its parts the security groups decide
  for_each = local.private_rules

  network_acl_id = aws_network_acl.private.id
  rule_number    = each.value.number
  egress         = each.value.egress
  protocol       = each.value.protocol
  rule_action    = "allow"
  cidr_block     = each.value.cidr
  from_port      = each.value.from
  to_port        = each.value.to
}
