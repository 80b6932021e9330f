//! Runs the clients of a workload in turns, and compares their times.

use super::client::{ClientProcess, Core, Round, Server};
use super::goals::{self, Assessment};
use super::programs::Programs;
use super::results::{ClientResult, Spread};
use super::workloads::Server as Speed;
use super::workloads::{Client, Processes, Workload};
use crate::background::print_line;
use crate::command::Result;
use crate::show;

/// Runs the clients of a workload that are available. The first result is that of our client.
pub(super) fn run(
    workload: &Workload,
    programs: Programs,
    server: &Server,
    core: &Core,
    rounds: usize,
) -> Result<Vec<ClientResult>> {
    show::heading(workload.name, &format!("{}: {}", workload.language().name(), workload.about));
    let mut available = Vec::new();
    for client in workload.clients {
        match programs.prepare(client)? {
            Some(reason) => print_line!("skipped: {}, because {reason}", client.name),
            None => available.push(client),
        }
    }
    let start = |client: &&Client| ClientProcess::start(command(workload, client, programs, server, core)?);
    let mut warm = match workload.processes {
        Processes::Warm => available.iter().map(start).collect::<Result<Vec<_>>>()?,
        Processes::Fresh => Vec::new(),
    };
    let mut times: Vec<Vec<Round>> = vec![Vec::new(); available.len()];
    for _ in 0..rounds {
        for (index, times) in times.iter_mut().enumerate() {
            times.push(match warm.get_mut(index) {
                Some(process) => process.run_round()?,
                None => start(&available[index])?.run_round()?,
            });
        }
    }
    let ours = &times[0];
    let results: Vec<_> =
        available.iter().zip(&times).map(|(client, theirs)| ClientResult::new(client.name, ours, theirs)).collect();
    show_table(&results);
    for goal in workload.goals.iter().filter(|_| programs.with_extra) {
        if let Some(Assessment { goal, measured, is_met }) = goals::assess(*goal, &results) {
            print_line!(
                "{} goal: {goal}; measured: {measured}",
                show::verdict(if is_met { "met" } else { "not met" }, is_met)
            );
        }
    }
    Ok(results)
}

fn command(
    workload: &Workload,
    client: &Client,
    programs: Programs,
    server: &Server,
    core: &Core,
) -> Result<std::process::Command> {
    // A quick run waits for nothing.
    let path = if workload.server == Speed::Slow && programs.with_extra { "/slow" } else { "" };
    let mut command = programs.command(client, workload.work, &format!("{}{path}", server.url))?;
    if !programs.with_extra {
        command.arg("--short");
    }
    Ok(core.pin(command))
}

fn show_table(results: &[ClientResult]) {
    let header = ["client", "CPU µs", "quartiles", "wall µs", "quartiles", "zexa CPU", "zexa wall"];
    let [client, cpu, quartiles, wall, _, cpu_ratio, wall_ratio] = header;
    print_line!("{client:<12} {cpu:>10} {quartiles:>19} {wall:>10} {quartiles:>19} {cpu_ratio:>10} {wall_ratio:>10}");
    let quartiles = |spread: &Spread| format!("{:.1} - {:.1}", spread.low, spread.high);
    for ClientResult { name, cpu, wall, cpu_ratio, wall_ratio, .. } in results {
        print_line!(
            "{name:<12} {:>10.1} {:>19} {:>10.1} {:>19} {:>9.3}x {:>9.3}x",
            cpu.median,
            quartiles(cpu),
            wall.median,
            quartiles(wall),
            cpu_ratio.median,
            wall_ratio.median
        );
    }
}
