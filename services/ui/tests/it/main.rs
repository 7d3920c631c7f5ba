//! The service as a browser sees it, with neighbours that behave as told.

mod app;
mod gateway;
mod live;
mod monitoring;
mod neighbour;
mod openapi;
mod pages;
