//! Files of other formats, from the command to the result.

use crate::support::{A, B, C, Desk};

const H1: &str = "0x1111111111111111111111111111111111111111111111111111111111111111";

/// ethereum-etl's files of one transaction, and of a token transfer in it.
fn export() -> Desk {
    let transactions = "hash,nonce,block_hash,block_number,transaction_index,from_address,to_address,value,gas,gas_price,input,block_timestamp";
    let traces = "block_number,transaction_hash,transaction_index,from_address,to_address,value,trace_type,call_type,trace_address,error,status";
    let receipts =
        "transaction_hash,cumulative_gas_used,gas_used,status,effective_gas_price,contract_address";
    Desk::with("transactions.csv", format!("{transactions}\n{H1},1,0x,9,0,{A},{B},100,21000,9,0x,1600000000\n"))
        .and(
            "traces.csv",
            format!("{traces}\n9,{H1},0,{A},{B},100,call,call,,,1\n9,{H1},0,{B},{C},60,call,call,0,,1\n9,{H1},0,{B},{C},60,call,delegatecall,1,,1\n"),
        )
        .and("receipts.csv", format!("{receipts}\n{H1},9,10,1,2,\n"))
        .and("blocks.csv", "number,timestamp,miner,gas_limit\n9,1600000000,0x,1\n")
}

#[test]
fn files_of_one_export_are_joined_counted_once_and_listed() {
    let desk = export();
    let files = "traces.csv receipts.csv transactions.csv blocks.csv";
    let line = format!("trace --transfers {files} --theft T={A} --out out");
    desk.run(&line).ends_with(0);
    let flows = desk.table("out/flows.csv");
    let values: Vec<&str> = flows.column("value").collect();
    assert_eq!(values, ["100", "60"]);
    let manifest = std::fs::read_to_string(desk.path("out/manifest.json")).unwrap();
    for name in files.split(' ') {
        assert!(manifest.contains(&format!("\"{name}\"")), "{name} is not in the manifest");
    }
    let limitations = std::fs::read_to_string(desk.path("out/limitations.csv")).unwrap();
    assert!(limitations.contains("reading,traces.csv,\"1 traces move nothing"), "{limitations}");
}
