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
  description = "The private subnet of each zone, by the zone's letter."
  value       = { for zone, subnet in aws_subnet.private : zone => subnet.id }
}

output "public_subnets" {
  description = "The public subnet of each zone, by the zone's letter."
  value       = { for zone, subnet in aws_subnet.public : zone => subnet.id }
}

output "nat_addresses" {
  description = "The addresses that the company is seen with from outside."
  value       = [for address in aws_eip.nat : address.public_ip]
}
