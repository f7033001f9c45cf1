//! IP addresses and networks.

use super::string::text;
use super::{FunctionError, FunctionResult, Host};
use crate::cty::value::{Number, Type, Value};
use dashu_int::IBig;
use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

fn network(source: &str) -> Result<IpNet, FunctionError> {
    // Go's ParseCIDR accepts leading zeros in the form Terraform keeps for old configurations.
    let parsed = source.parse::<IpNet>().or_else(|e| without_zeros(source).parse::<IpNet>().map_err(|_| e));
    parsed.map_err(|_| FunctionError::argument(0, format!("invalid CIDR expression: invalid CIDR address: {source}")))
}

fn without_zeros(source: &str) -> String {
    let (address, prefix) = source.split_once('/').unwrap_or((source, ""));
    if address.contains(':') {
        return source.to_string();
    }
    let octet = |o: &str| match o.trim_start_matches('0') {
        "" if !o.is_empty() => "0".to_string(),
        rest => rest.to_string(),
    };
    format!("{}/{prefix}", address.split('.').map(octet).collect::<Vec<_>>().join("."))
}

fn bits(net: &IpNet) -> u32 {
    if matches!(net, IpNet::V4(_)) { 32 } else { 128 }
}

fn base(net: &IpNet) -> u128 {
    match net.network() {
        IpAddr::V4(a) => u128::from(u32::from(a)),
        IpAddr::V6(a) => u128::from(a),
    }
}

fn address(net: &IpNet, value: u128) -> IpAddr {
    match net {
        IpNet::V4(_) => IpAddr::V4(Ipv4Addr::from(value as u32)),
        IpNet::V6(_) => IpAddr::V6(Ipv6Addr::from(value)),
    }
}

fn integer(args: &[Value], i: usize) -> Result<IBig, FunctionError> {
    let number = args.get(i).and_then(Value::as_number).filter(|n| n.is_integer());
    number.and_then(Number::to_integer).ok_or_else(|| FunctionError::argument(i, "a whole number is required"))
}

pub fn host(args: &[Value], _: &dyn Host) -> FunctionResult {
    let net = network(text(args, 0))?;
    let number = integer(args, 1)?;
    let free = bits(&net) - u32::from(net.prefix_len());
    let size = IBig::from(1) << free as usize;
    let fault = || {
        FunctionError::call(format!("prefix of {} does not accommodate a host numbered {}", net.prefix_len(), number))
    };
    let offset = if number < IBig::from(0) { &size + &number } else { number.clone() };
    if offset < IBig::from(0) || offset >= size {
        return Err(fault());
    }
    let offset = u128::try_from(offset).map_err(|_| fault())?;
    Ok(Value::string(address(&net, base(&net) | offset).to_string()))
}

pub fn netmask(args: &[Value], _: &dyn Host) -> FunctionResult {
    match network(text(args, 0))? {
        IpNet::V4(net) => Ok(Value::string(net.netmask().to_string())),
        IpNet::V6(_) => Err(FunctionError::argument(0, "IPv6 addresses cannot have a netmask")),
    }
}

fn sub(net: &IpNet, new_bits: u32, number: u128) -> Result<IpNet, FunctionError> {
    let length = u32::from(net.prefix_len()) + new_bits;
    if length > bits(net) {
        let message =
            format!("not enough remaining address space for a subnet with a prefix of {length} bits after {net}");
        return Err(FunctionError::call(message));
    }
    if new_bits < 128 && number >= 1u128 << new_bits {
        let message = format!("prefix extension of {new_bits} does not accommodate a subnet numbered {number}");
        return Err(FunctionError::call(message));
    }
    let shift = bits(net) - length;
    let value = base(net) | number.checked_shl(shift).unwrap_or(0);
    let made = match address(net, value) {
        IpAddr::V4(a) => Ipv4Net::new(a, length as u8).map(IpNet::V4),
        IpAddr::V6(a) => Ipv6Net::new(a, length as u8).map(IpNet::V6),
    };
    made.map_err(|e| FunctionError::call(e.to_string()))
}

fn new_bits(args: &[Value], i: usize) -> Result<u32, FunctionError> {
    u32::try_from(integer(args, i)?).map_err(|_| FunctionError::argument(i, "must not be negative"))
}

pub fn subnet(args: &[Value], _: &dyn Host) -> FunctionResult {
    let net = network(text(args, 0))?;
    let number = integer(args, 2)?;
    if integer(args, 1)? < IBig::from(0) {
        return wider(&net, integer(args, 1)?, number);
    }
    let extra = new_bits(args, 1)?;
    if number < IBig::from(0) {
        return Ok(Value::string(negative_subnet(&net, extra, number)?.to_string()));
    }
    let number = u128::try_from(number).map_err(|_| FunctionError::call("the subnet number is out of range"))?;
    Ok(Value::string(sub(&net, extra, number)?.to_string()))
}

/// What Terraform makes of a prefix that is shortened: it does not look at the sign.
fn wider(net: &IpNet, extra: IBig, number: IBig) -> FunctionResult {
    let fault = || FunctionError::argument(1, "must not shorten the prefix to less than no bits");
    let length = u8::try_from(extra + IBig::from(net.prefix_len())).map_err(|_| fault())?;
    let value = (number << (bits(net) - u32::from(length)) as usize) | IBig::from(base(net));
    let value = u128::try_from(value).map_err(|_| FunctionError::call("the subnet number is out of range"))?;
    let made = IpNet::new(address(net, value), length).map_err(|e| FunctionError::call(e.to_string()))?;
    Ok(Value::string(made.to_string()))
}

/// What Terraform makes of a negative subnet number: it is or-ed into the address as it is, and the sign is dropped.
fn negative_subnet(net: &IpNet, extra: u32, number: IBig) -> Result<IpNet, FunctionError> {
    let length = u32::from(sub(net, extra, 0)?.prefix_len());
    let value = IBig::from(base(net)) | (number << (bits(net) - length) as usize);
    let value = u128::try_from(-value).map_err(|_| FunctionError::call("the subnet number is out of range"))?;
    IpNet::new(address(net, value), length as u8).map_err(|e| FunctionError::call(e.to_string()))
}

pub fn subnets(args: &[Value], _: &dyn Host) -> FunctionResult {
    let net = network(text(args, 0))?;
    let mut out = Vec::new();
    let mut next = base(&net);
    let end =
        (1u128.checked_shl(bits(&net) - u32::from(net.prefix_len()))).map(|size| base(&net).saturating_add(size - 1));
    for i in 1..args.len() {
        let extra = new_bits(args, i)?;
        if extra == 0 {
            return Err(FunctionError::argument(i, "must extend prefix by at least one bit"));
        }
        if extra > 32 {
            return Err(FunctionError::argument(i, "may not extend prefix by more than 32 bits"));
        }
        let length = u32::from(net.prefix_len()) + extra;
        if length > bits(&net) {
            let message = format!(
                "would extend prefix to {length} bits, which is too long for an address of {} bits",
                bits(&net)
            );
            return Err(FunctionError::argument(i, message));
        }
        let size = 1u128.checked_shl(bits(&net) - length).unwrap_or(u128::MAX);
        let start = next.div_ceil(size) * size;
        if end.is_some_and(|end| start.saturating_add(size - 1) > end) {
            let message = format!("not enough remaining address space for a subnet with a prefix of {length} bits");
            return Err(FunctionError::argument(i, message));
        }
        out.push(Value::string(format!("{}/{length}", address(&net, start))));
        next = start.saturating_add(size);
    }
    Ok(Value::list(Type::String, out))
}

pub fn contains(args: &[Value], _: &dyn Host) -> FunctionResult {
    let net = network(text(args, 0))?;
    let other = text(args, 1);
    let inside = match other.parse::<IpAddr>() {
        Ok(address) => net.contains(&address),
        Err(_) => net.contains(&network(other)?),
    };
    Ok(Value::bool(inside))
}
