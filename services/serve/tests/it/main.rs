//! Whole servers, spoken to over sockets.

mod accounts;
mod by_hand;
mod callers;
mod capture;
mod codes;
mod config;
mod cors;
mod drain;
mod fixture;
mod guard;
mod health;
mod limits;
mod logs;
mod otlp;
mod reflection;
mod resets;
mod runbook;
mod telemetry;
mod web;
mod wire;
