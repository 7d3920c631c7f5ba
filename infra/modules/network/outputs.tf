output "vpc_id" {
  description = "The network, once it says where short names are looked for."
  value       = aws_vpc.this.id
  depends_on  = [aws_vpc_dhcp_options_association.this]
}

output "cidr" {
  description = "Its addresses."
  value       = aws_vpc.this.cidr_block
}

output "private_subnets" {
  description = "The private subnet of each zone, by the zone's letter. Known when there is a way out: what starts there installs and pulls at once."
  value       = { for zone, subnet in aws_subnet.private : zone => subnet.id }
  depends_on = [
    aws_network_acl_rule.private, aws_network_acl_rule.public, aws_route.internet, aws_route.nat, aws_route_table_association.private,
    aws_route_table_association.public, aws_vpc_endpoint.s3,
  ]
}

output "public_subnets" {
  description = "The public subnet of each zone, by the zone's letter."
  value       = { for zone, subnet in aws_subnet.public : zone => subnet.id }
}

output "nat_addresses" {
  description = "The addresses that the company is seen with from outside."
  value       = [for address in aws_eip.nat : address.public_ip]
}
